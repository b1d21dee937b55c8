#pragma once

#include <cstddef>
#include <string_view>

#include "delivery/smtp_outcome.hpp"

namespace portal {

/// Follows what libcurl and a relay say to each other: which step has been reached, and the last
/// reply to it. Also gives out the mail's content, piece by piece.
class SmtpDialogue {
 public:
  /// A handover begins. `content` outlives it.
  void begin(std::string_view content) noexcept;

  /// A command is on its way: "RCPT TO:<…>\r\n". Logins pass here; nothing of it is kept.
  void said(std::string_view command) noexcept;
  /// A line came from the relay.
  void heard(std::string_view line) noexcept;
  /// Copies the next piece of the content; 0 at its end, after which libcurl sends the final dot.
  std::size_t give(char* into, std::size_t room) noexcept;

  /// Somebody has logged in on this connection, now or for an earlier mail.
  bool has_login() const noexcept { return has_login_; }
  /// QUIT was said.
  bool is_over() const noexcept { return over_; }
  SmtpStep step() const noexcept { return step_; }
  const SmtpReply& reply() const noexcept { return reply_; }

 private:
  SmtpStep step_ = SmtpStep::session;
  bool over_ = false;
  bool has_login_ = false;
  SmtpReply reply_;  ///< to the last command
  std::string_view rest_;
};

}  // namespace portal
