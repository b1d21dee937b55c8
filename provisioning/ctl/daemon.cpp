#include "ctl/daemon.hpp"

#include <iostream>

namespace portal::ctl {

ExitCode exit_code_of(int status) noexcept {
  if (status >= 200 && status < 300) return ExitCode::ok;
  if (status == 403) return ExitCode::not_permitted;
  if (status >= 400 && status < 500) return ExitCode::refused;
  return ExitCode::failed;
}

std::optional<Reply> Daemon::ask_anyway(std::string_view method, const std::string& target,
                                        std::string_view json) {
  auto outcome = connection_.request(method, target, json);
  if (auto* reply = std::get_if<Reply>(&outcome)) {
    const bool is_success = exit_code_of(reply->status) == ExitCode::ok;
    if (!is_success || reply->body.empty() || Json::parse(reply->body)) return std::move(*reply);
    give_up("the answer is not JSON; does another program listen on this socket?");
    return std::nullopt;
  }
  const NoReply& none = std::get<NoReply>(outcome);
  const bool may_not = none.exit == ExitCode::not_permitted;
  terminal_.refuse(may_not ? "denied" : "unreachable", none.advice);
  exit_ = none.exit;
  return std::nullopt;
}

std::optional<Reply> Daemon::ask(std::string_view method, const std::string& target,
                                 std::string_view json) {
  std::optional<Reply> reply = ask_anyway(method, target, json);
  if (!reply || exit_code_of(reply->status) == ExitCode::ok) return reply;
  complain_about(*reply);
  return std::nullopt;
}

void Daemon::give_up(std::string_view why) {
  terminal_.refuse("failed", why);
  exit_ = ExitCode::failed;
}

void Daemon::complain_about(const Reply& problem) {
  exit_ = exit_code_of(problem.status);
  if (terminal_.format() == Format::json) {
    std::cerr << problem.body << '\n';
    return;
  }
  const std::optional<Json> body = Json::parse(problem.body);
  const std::string detail = body ? body->text("detail") : "";
  Terminal::complain(detail.empty() ? "the daemon answered " + std::to_string(problem.status) +
                                          " and does not say why; does another program listen on "
                                          "this socket?"
                                    : detail);
  if (!body) return;
  for (const Json& error : body->items("errors")) {
    Terminal::complain("  " + error.text("pointer") + " " + error.text("detail"));
  }
}

}  // namespace portal::ctl
