#include "ctl/commands.hpp"

#include "ctl/ahv_list.hpp"
#include "ctl/codes_command.hpp"
#include "ctl/daemon.hpp"
#include "ctl/import_command.hpp"
#include "ctl/local_commands.hpp"
#include "ctl/outbox_command.hpp"
#include "ctl/paging.hpp"
#include "ctl/terminal.hpp"

namespace portal::ctl {
namespace {

const std::vector<Column> kAccountColumns = {
    {"ID", "id"},       {"E-MAIL", "email"},  {"LOGIN", "login_name"},
    {"STATE", "state"}, {"LOCKED", "locked"}, {"CREATED", "created"}};
const std::vector<Column> kSessionColumns = {
    {"ID", "id"},         {"KIND", "kind"},    {"ACCOUNT", "account"}, {"SERVICE", "service"},
    {"PORTAL", "portal"}, {"FROM", "address"}, {"STARTED", "started"}, {"LAST SEEN", "last_seen"}};
const std::vector<Column> kAuditColumns = {
    {"NUMBER", "number"},   {"WHEN", "when"},     {"WHAT", "what"},        {"OUTCOME", "outcome"},
    {"ACCOUNT", "account"}, {"ACTOR", "actor"},   {"FROM", "address"},     {"SERVICE", "service"},
    {"FACTOR", "factor"},   {"REASON", "reason"}, {"DECISION", "decision"}};
const std::vector<Column> kAttemptColumns = {
    {"RELAY", "relay"}, {"OUTCOME", "outcome"}, {"WHERE", "detail"}, {"MS", "milliseconds"}};
const std::vector<Column> kSmsAttemptColumns = {
    {"GATEWAY", "gateway"}, {"OUTCOME", "outcome"}, {"ANSWER", "detail"}, {"MS", "milliseconds"}};

const std::vector<Column> kKeyColumns = {
    {"KEY", "fingerprint"}, {"STATE", "state"}, {"ACTIVATED", "activated"}};
const std::vector<Column> kKeyNeedColumns = {
    {"WHAT", "what"}, {"ACTIVE KEY", "active"}, {"EARLIER KEYS", "earlier"}};
const std::vector<Column> kKeyHolderColumns = {
    {"DAEMON", "node"}, {"LACKS", "lacks"}, {"SEEN", "seen"}};

std::string person_named(const std::string& ahv) {
  return json_object({{"ahv_number", given_number(ahv)}});
}

/// Runs the command that it is called with.
class Runner {
 public:
  explicit Runner(const Arguments& arguments)
      : terminal_(arguments.format, arguments.quiet), daemon_(arguments.socket, terminal_) {}

  ExitCode operator()(const PersonsImport& command) {
    return import_persons(command, daemon_, terminal_);
  }
  ExitCode operator()(const CodesIssue& command) { return issue_code(command, daemon_, terminal_); }
  ExitCode operator()(const CodesReissue& command) {
    return reissue_codes(command, daemon_, terminal_);
  }
  ExitCode operator()(const AccountsList& command);
  ExitCode operator()(const AccountsShow& command);
  ExitCode operator()(const AccountsExport& command);
  ExitCode operator()(const AccountsErase& command);
  ExitCode operator()(const AccountsAct& command);
  ExitCode operator()(const SessionsList& command);
  ExitCode operator()(const SessionsEnd& command);
  ExitCode operator()(const AuditList& command);
  ExitCode operator()(const AuditVerify&);
  ExitCode operator()(const OutboxList& command) {
    return list_messages(command, daemon_, terminal_);
  }
  ExitCode operator()(const OutboxShow& command) {
    return show_message(command, daemon_, terminal_);
  }
  ExitCode operator()(const OutboxRetry& command) {
    return retry_message(command, daemon_, terminal_);
  }
  ExitCode operator()(const MailTest& command);
  ExitCode operator()(const SmsTest& command);
  ExitCode operator()(const KeyGenerate& command) { return generate_key(command, terminal_); }
  ExitCode operator()(const KeyRotate& command) { return rotate_key(command, terminal_); }
  ExitCode operator()(const KeyActivate&);
  ExitCode operator()(const KeyStatus&);
  ExitCode operator()(const ConfigCheck& command) { return check_config(command, terminal_); }
  ExitCode operator()(const Status&);
  ExitCode operator()(const CompletionScript&) { return print_completion(terminal_); }

 private:
  ExitCode print_account(const Reply& reply) const;

  Terminal terminal_;
  Daemon daemon_;
};

ExitCode Runner::operator()(const AccountsList& command) {
  std::string target = "/v1/accounts?limit=" + std::to_string(command.limit);
  if (!command.after.empty()) target += "&after=" + percent_encoded(command.after);
  return print_page(daemon_, terminal_, target, "accounts", kAccountColumns, "accounts list");
}

ExitCode Runner::operator()(const AccountsShow& command) {
  std::string target = "/v1/accounts/" + percent_encoded(command.name);
  if (command.reveal) target += "?reveal=identity";
  const std::optional<Reply> reply = daemon_.ask("GET", target);
  return reply ? print_account(*reply) : daemon_.exit_code();
}

ExitCode Runner::print_account(const Reply& reply) const {
  const std::optional<Json> account = Json::parse(reply.body);
  if (!account) return ExitCode::failed;
  terminal_.facts(reply, *account,
                  {{"id", "id"},
                   {"e-mail", "email"},
                   {"login name", "login_name"},
                   {"language", "language"},
                   {"state", "state"},
                   {"locked since", "locked"},
                   {"created", "created"},
                   {"directory entry", "dn"},
                   {"entryUUID", "entry_uuid"}});
  if (terminal_.format() != Format::table) return ExitCode::ok;
  terminal_.facts(reply, account->member("person"),
                  {{"given name", "given_name"},
                   {"family name", "family_name"},
                   {"AHV number", "ahv_number"},
                   {"birth date", "birth_date"}});
  for (const Json& membership : account->items("memberships")) {
    terminal_.facts(reply, membership,
                    {{"portal", "portal"}, {"audience", "audience"}, {"since", "since"}});
  }
  const Json factor = account->member("factor");
  if (factor.text("kind").empty()) {
    terminal_.result("no second factor");
  } else {
    terminal_.facts(reply, factor, {{"second factor", "kind"}, {"number", "hint"}});
  }
  return ExitCode::ok;
}

/// For a file that the person gets, so it is JSON whatever format was asked for.
ExitCode Runner::operator()(const AccountsExport& command) {
  const std::string target = "/v1/accounts/" + percent_encoded(command.name) + "/data";
  const std::optional<Reply> reply =
      command.ahv.empty() ? daemon_.ask("GET", target)
                          : daemon_.ask("POST", "/v1/persons/data", person_named(command.ahv));
  if (!reply) return daemon_.exit_code();
  terminal_.result(reply->body);
  return ExitCode::ok;
}

ExitCode Runner::operator()(const AccountsErase& command) {
  if (!command.ahv.empty()) {
    const auto done = daemon_.ask("POST", "/v1/persons/erase", person_named(command.ahv));
    if (!done) return daemon_.exit_code();
    terminal_.note("The person is forgotten, until an import invites them anew.");
    return ExitCode::ok;
  }
  const std::optional<Reply> reply =
      daemon_.ask("DELETE", "/v1/accounts/" + percent_encoded(command.name));
  const std::optional<Json> left = reply ? Json::parse(reply->body) : std::nullopt;
  if (!left) return daemon_.exit_code();
  terminal_.facts(*reply, *left, {{"directory entry", "dn"}, {"entryUUID", "entry_uuid"}});
  terminal_.note(
      "The person is forgotten here. Their entry in the directory was left as it is: if it is "
      "nobody else's, remove it there.");
  return ExitCode::ok;
}

ExitCode Runner::operator()(const AccountsAct& command) {
  const std::string target =
      "/v1/accounts/" + percent_encoded(command.name) + "/" + percent_encoded(command.act);
  if (!daemon_.ask("POST", target)) return daemon_.exit_code();
  terminal_.note(command.done);
  return ExitCode::ok;
}

ExitCode Runner::operator()(const SessionsList& command) {
  const std::string target = command.name.empty()
                                 ? std::string("/v1/sessions")
                                 : "/v1/accounts/" + percent_encoded(command.name) + "/sessions";
  return print_page(daemon_, terminal_, target, "sessions", kSessionColumns, "sessions list");
}

ExitCode Runner::operator()(const SessionsEnd& command) {
  if (!daemon_.ask("DELETE", "/v1/sessions/" + percent_encoded(command.id))) {
    return daemon_.exit_code();
  }
  terminal_.note("The session has ended; a login on a host is thrown out there within seconds.");
  return ExitCode::ok;
}

ExitCode Runner::operator()(const AuditList& command) {
  return print_page(daemon_, terminal_,
                    "/v1/audit?after=" + std::to_string(command.after) +
                        "&limit=" + std::to_string(command.limit),
                    "records", kAuditColumns, "audit list");
}

ExitCode Runner::operator()(const AuditVerify&) {
  const std::optional<Reply> reply = daemon_.ask("POST", "/v1/audit/verify");
  const std::optional<Json> verdict = reply ? Json::parse(reply->body) : std::nullopt;
  if (!verdict) return daemon_.exit_code();
  const std::string broken = verdict->text("first_broken");
  const std::string hash = verdict->text("last_hash");
  const std::string holding = verdict->text("records") + " records hold together" +
                              (hash.empty() ? "" : ", last hash " + hash);
  if (terminal_.format() == Format::table) {
    terminal_.result(holding);
  } else {
    terminal_.facts(
        *reply, *verdict,
        {{"first broken", "first_broken"}, {"records", "records"}, {"last hash", "last_hash"}});
  }
  if (broken.empty()) return ExitCode::ok;
  terminal_.refuse("conflict",
                   "audit record " + broken + " does not follow from the one before it");
  return ExitCode::refused;
}

ExitCode Runner::operator()(const MailTest& command) {
  std::vector<std::pair<std::string_view, std::string_view>> members = {
      {"address", command.address}};
  if (!command.relay.empty()) members.emplace_back("relay", command.relay);
  if (!command.language.empty()) members.emplace_back("language", command.language);
  const std::optional<Reply> reply = daemon_.ask("POST", "/v1/mail/test", json_object(members));
  const std::optional<Json> made = reply ? Json::parse(reply->body) : std::nullopt;
  if (!made) return daemon_.exit_code();
  terminal_.list(*reply, "attempts", kAttemptColumns);
  if (made->text("outcome") == "accepted") return ExitCode::ok;
  terminal_.refuse("unavailable", "no relay has taken the mail");
  return ExitCode::refused;
}

ExitCode Runner::operator()(const SmsTest& command) {
  std::vector<std::pair<std::string_view, std::string_view>> members = {{"number", command.number}};
  if (!command.gateway.empty()) members.emplace_back("gateway", command.gateway);
  if (!command.language.empty()) members.emplace_back("language", command.language);
  const std::optional<Reply> reply = daemon_.ask("POST", "/v1/sms/test", json_object(members));
  const std::optional<Json> made = reply ? Json::parse(reply->body) : std::nullopt;
  if (!made) return daemon_.exit_code();
  terminal_.list(*reply, "attempts", kSmsAttemptColumns);
  if (made->text("outcome") == "accepted") return ExitCode::ok;
  terminal_.refuse("unavailable", "no gateway has taken the SMS");
  return ExitCode::refused;
}

ExitCode Runner::operator()(const KeyActivate&) {
  const std::optional<Reply> reply = daemon_.ask("POST", "/v1/keys/activate");
  const std::optional<Json> done = reply ? Json::parse(reply->body) : std::nullopt;
  if (!done) return daemon_.exit_code();
  terminal_.facts(*reply, *done, {{"active key", "active"}});
  terminal_.note(
      "What is sealed is now sealed anew with it, while everybody works on: portalctl key status");
  return ExitCode::ok;
}

ExitCode Runner::operator()(const KeyStatus&) {
  const std::optional<Reply> reply = daemon_.ask("GET", "/v1/keys");
  const std::optional<Json> standing = reply ? Json::parse(reply->body) : std::nullopt;
  if (!standing) return daemon_.exit_code();
  terminal_.list(*reply, "keys", kKeyColumns);
  if (terminal_.format() != Format::table) return ExitCode::ok;
  terminal_.list(*reply, "needs", kKeyNeedColumns);
  terminal_.list(*reply, "holders", kKeyHolderColumns);
  const std::string place = standing->text("resealing");
  terminal_.note(place.empty() ? "Nothing is left to be sealed with the active key."
                               : "Being sealed with the active key: " + place);
  return ExitCode::ok;
}

ExitCode Runner::operator()(const Status&) {
  const std::optional<Reply> reply = daemon_.ask("GET", "/v1/status");
  const std::optional<Json> status = reply ? Json::parse(reply->body) : std::nullopt;
  if (!status) return daemon_.exit_code();
  terminal_.facts(
      *reply, *status,
      {{"status", "status"}, {"version", "version"}, {"started", "started"}, {"now", "now"}});
  return ExitCode::ok;
}

}  // namespace

ExitCode run(const Arguments& arguments) {
  return std::visit(Runner(arguments), arguments.command);
}

}  // namespace portal::ctl
