#include "ctl/outbox_command.hpp"

#include "ctl/paging.hpp"

namespace portal::ctl {
namespace {

const std::vector<Column> kColumns = {{"ID", "id"},
                                      {"STATE", "state"},
                                      {"CHANNEL", "channel"},
                                      {"WHAT", "wording"},
                                      {"TO", "recipient"},
                                      {"SINCE", "created"},
                                      {"TRIES", "attempts"},
                                      {"NEXT", "due"},
                                      {"EXPIRES", "expires"},
                                      {"ENDED", "finished"},
                                      {"MAY HAVE IT", "gateways"},
                                      {"LAST FAILURE", "trouble"}};

std::string route_of(std::string_view id) { return "/v1/outbox/" + percent_encoded(id); }

}  // namespace

ExitCode list_messages(const OutboxList& command, Daemon& daemon, const Terminal& terminal) {
  std::string target = "/v1/outbox?limit=" + std::to_string(command.limit);
  std::string again = "outbox list";
  if (command.after > 0) target += "&after=" + std::to_string(command.after);
  if (!command.state.empty()) {
    target += "&state=" + percent_encoded(command.state);
    again += " --state " + command.state;
  }
  if (!command.channel.empty()) {
    target += "&channel=" + percent_encoded(command.channel);
    again += " --channel " + command.channel;
  }
  if (command.limit != OutboxList().limit) again += " --limit " + std::to_string(command.limit);
  return print_page(daemon, terminal, target, "messages", kColumns, again);
}

ExitCode show_message(const OutboxShow& command, Daemon& daemon, const Terminal& terminal) {
  const std::optional<Reply> reply = daemon.ask("GET", route_of(command.id));
  const std::optional<Json> message = reply ? Json::parse(reply->body) : std::nullopt;
  if (!message) return daemon.exit_code();
  terminal.facts(*reply, *message,
                 {{"id", "id"},
                  {"number", "number"},
                  {"state", "state"},
                  {"channel", "channel"},
                  {"what", "wording"},
                  {"portal", "portal"},
                  {"to", "recipient"},
                  {"since", "created"},
                  {"expires", "expires"},
                  {"next", "due"},
                  {"in hand until", "in_hand_until"},
                  {"after message", "behind"},
                  {"tries", "attempts"},
                  {"may have it", "gateways"},
                  {"last failure", "trouble"},
                  {"ended", "finished"}});
  return ExitCode::ok;
}

ExitCode retry_message(const OutboxRetry& command, Daemon& daemon, const Terminal& terminal) {
  const std::optional<Reply> reply = daemon.ask("POST", route_of(command.id) + "/retry");
  const std::optional<Json> retried = reply ? Json::parse(reply->body) : std::nullopt;
  if (!retried) return daemon.exit_code();
  if (terminal.format() != Format::table) {
    terminal.facts(*reply, *retried, {{"id", "id"}, {"due", "due"}, {"decision", "decision"}});
  }
  terminal.note("The message is due now and will be tried within a second (decision " +
                retried->text("decision") + "); what came of it: portalctl outbox show " +
                command.id);
  return ExitCode::ok;
}

}  // namespace portal::ctl
