#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "ctl/exit_code.hpp"

namespace portal::ctl {

/// What the daemon answered, whatever it was.
struct Reply {
  int status = 0;
  std::string body;
};

/// Why there is no answer: a sentence that says what to do, and how to exit.
struct NoReply {
  ExitCode exit = ExitCode::unreachable;
  std::string advice;
};

/// HTTP to the daemon over its Unix socket. One request at a time; the connection is kept.
class Connection {
 public:
  explicit Connection(std::filesystem::path socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::filesystem::path& socket() const noexcept { return socket_; }
  /// `target`: path and query, already encoded. An empty `json` sends no body. Answers are read up
  /// to 64 MiB, for at most five minutes; redirects are not followed.
  std::variant<Reply, NoReply> request(std::string_view method, const std::string& target,
                                       std::string_view json = {});

 private:
  class Handle;
  std::filesystem::path socket_;
  std::unique_ptr<Handle> handle_;
};

/// `text` as one segment of a path or as a value of a query (RFC 3986 section 2.1).
std::string percent_encoded(std::string_view text);

}  // namespace portal::ctl
