#include "ctl/paging.hpp"

namespace portal::ctl {

ExitCode print_page(Daemon& daemon, const Terminal& terminal, const std::string& target,
                    std::string_view member, const std::vector<Column>& columns,
                    std::string_view command) {
  const std::optional<Reply> reply = daemon.ask("GET", target);
  if (!reply) return daemon.exit_code();
  terminal.list(*reply, member, columns);
  const std::optional<Json> body = Json::parse(reply->body);
  const std::string next = body ? body->text("next") : "";
  if (!next.empty()) {
    terminal.note("There may be more: portalctl " + std::string(command) + " --after " + next);
  }
  return ExitCode::ok;
}

}  // namespace portal::ctl
