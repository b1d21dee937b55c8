#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/connection.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/terminal.hpp"

namespace portal::ctl {

/// The daemon as the commands see it: an answer that is good, or a complaint that has been printed.
class Daemon {
 public:
  Daemon(const std::filesystem::path& socket, const Terminal& terminal)
      : connection_(socket), terminal_(terminal) {}

  /// Where it listens.
  const std::filesystem::path& socket() const noexcept { return connection_.socket(); }
  /// The answer if it is a success; else it is complained about, and `exit_code()` tells why.
  std::optional<Reply> ask(std::string_view method, const std::string& target,
                           std::string_view json = {});
  /// The answer whatever its status; nothing, complained about, if there is none or if it is a
  /// success without being JSON.
  std::optional<Reply> ask_anyway(std::string_view method, const std::string& target,
                                  std::string_view json = {});
  /// Complains about an answer that makes no sense.
  void give_up(std::string_view why);
  /// Prints why the daemon refused.
  void complain_about(const Reply& problem);
  /// Of the last complaint; ok if there was none.
  ExitCode exit_code() const noexcept { return exit_; }

 private:
  Connection connection_;
  const Terminal& terminal_;
  ExitCode exit_ = ExitCode::ok;
};

/// How to exit after an answer of this status.
ExitCode exit_code_of(int status) noexcept;

}  // namespace portal::ctl
