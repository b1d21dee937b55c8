// The only place that sees CLI11: it takes seconds to compile.
#include "ctl/arguments.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "ctl/command_tree.hpp"

namespace portal::ctl {
namespace {

constexpr const char* kMessage = "The message's id, as outbox list and portald's log show it";
constexpr const char* kAhv =
    "AHV number; - reads it from standard input, where no process list shows it";
constexpr const char* kAccount = "account id, e-mail address or login name";

/// Makes `command` the one to run when `sub` was named on the command line.
template <class T>
void runs(CLI::App* sub, Arguments& arguments, const std::shared_ptr<T>& command) {
  sub->final_callback([&arguments, command] { arguments.command = *command; });
}

CLI::App* group(CLI::App& app, const char* name, const char* description) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->require_subcommand(1);
  return sub;
}

void add_persons(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = group(app, "persons", "The persons who are invited")
                      ->add_subcommand("import", "Import persons and codes from a CSV file");
  const auto command = std::make_shared<PersonsImport>();
  sub->add_option("FILE", command->file, "CSV file with a header row; - reads standard input")
      ->required();
  sub->add_flag("--dry-run", command->dry_run, "Check every row, change nothing");
  runs(sub, arguments, command);
}

void add_destination(CLI::App* sub, std::string& portal, std::string& audience) {
  sub->add_option("--portal", portal, "Portal, as in the configuration")->required();
  sub->add_option("--audience", audience, "Audience of the portal")->required();
}

void add_codes(CLI::App& app, Arguments& arguments) {
  CLI::App* codes = group(app, "codes", "Activation codes");
  CLI::App* issue = codes->add_subcommand("issue", "Issue a new code; the one before is dead");
  const auto issuing = std::make_shared<CodesIssue>();
  issue->add_option("--ahv", issuing->ahv, kAhv)->required();
  add_destination(issue, issuing->portal, issuing->audience);
  runs(issue, arguments, issuing);

  CLI::App* reissue = codes->add_subcommand(
      "reissue", "Issue new codes into a file for the letter printer; those before are dead");
  const auto reissuing = std::make_shared<CodesReissue>();
  CLI::App* persons = reissue->add_option_group("persons", "Who gets one");
  persons->add_option("--ahv", reissuing->ahv, kAhv);
  persons
      ->add_option("--file", reissuing->file,
                   "A file of AHV numbers, one on each line; - reads standard input")
      ->type_name("FILE");
  persons->require_option(1);
  add_destination(reissue, reissuing->portal, reissuing->audience);
  reissue
      ->add_option("--output", reissuing->output,
                   "The CSV file to make, mode 0600, never over "
                   "one that is there")
      ->type_name("FILE")
      ->required();
  runs(reissue, arguments, reissuing);
}

/// One who has an account is named by it, one who has none by their number.
void add_person(CLI::App* sub, std::string& name, std::string& ahv) {
  CLI::App* person = sub->add_option_group("person", "Who");
  person->add_option("NAME", name, kAccount);
  person->add_option("--ahv", ahv,
                     "AHV number of somebody without an account; - reads it from standard input");
  person->require_option(1);
}

void add_account_act(CLI::App* accounts, Arguments& arguments, const char* act,
                     const char* description, const char* done, const char* route = nullptr) {
  CLI::App* sub = accounts->add_subcommand(act, description);
  const auto command = std::make_shared<AccountsAct>();
  command->act = route ? route : act;
  command->done = done;
  sub->add_option("NAME", command->name, kAccount)->required();
  runs(sub, arguments, command);
}

void add_accounts(CLI::App& app, Arguments& arguments) {
  CLI::App* accounts = group(app, "accounts", "Registered accounts");
  CLI::App* list = accounts->add_subcommand("list", "List accounts in the order of creation");
  const auto listing = std::make_shared<AccountsList>();
  list->add_option("--after", listing->after, "Begin after this account id");
  list->add_option("--limit", listing->limit, "At most so many")->check(CLI::Range(1, 1000));
  runs(list, arguments, listing);

  CLI::App* show = accounts->add_subcommand("show", "Show one account");
  const auto showing = std::make_shared<AccountsShow>();
  show->add_option("NAME", showing->name, kAccount)->required();
  show->add_flag("--reveal", showing->reveal, "Also the whole AHV number and the birth date");
  runs(show, arguments, showing);

  CLI::App* data = accounts->add_subcommand(
      "export", "Print all that is kept about a person, as JSON, for the person who asks for it");
  const auto exporting = std::make_shared<AccountsExport>();
  add_person(data, exporting->name, exporting->ahv);
  runs(data, arguments, exporting);

  CLI::App* erase = accounts->add_subcommand(
      "erase", "Forget the person of a disabled account; cannot be undone");
  const auto erasing = std::make_shared<AccountsErase>();
  add_person(erase, erasing->name, erasing->ahv);
  runs(erase, arguments, erasing);

  add_account_act(accounts, arguments, "disable", "Take an account out of use, end all sessions",
                  "The account is disabled and its sessions have ended.");
  add_account_act(accounts, arguments, "enable", "Bring a disabled account back",
                  "The account is active again.");
  add_account_act(accounts, arguments, "lock", "Refuse every login and end all sessions",
                  "The account is locked and its sessions have ended.");
  add_account_act(accounts, arguments, "unlock", "Allow logins again, forget failures",
                  "The account is unlocked.");
  add_account_act(accounts, arguments, "start-reset",
                  "Send the mail that begins a reset of a forgotten password",
                  "A mail with a code is on its way to the person; it is valid for 24 hours. The "
                  "present password counts until the person has chosen a new one.",
                  "reset");
  add_account_act(
      accounts, arguments, "reset-factor", "Remove the second factor and end all sessions",
      "The second factor is removed, the sessions have ended, and the person is told by "
      "mail. They need a new letter (portalctl codes issue), and set up a new factor "
      "with it while logging in through PAM; the pages cannot do that yet");
  add_account_act(accounts, arguments, "allow-enrolment",
                  "Let somebody without a second factor set one up at the next login",
                  "The person can set up a second factor at the next login by sshd, login or the "
                  "like, within 7 days.");
}

void add_sessions(CLI::App& app, Arguments& arguments) {
  CLI::App* sessions = group(app, "sessions", "Open sessions of web and PAM");
  CLI::App* list = sessions->add_subcommand("list", "List open sessions, newest first");
  const auto listing = std::make_shared<SessionsList>();
  list->add_option("NAME", listing->name, "Only those of this account");
  runs(list, arguments, listing);

  CLI::App* end = sessions->add_subcommand("end", "End a session at once");
  const auto ending = std::make_shared<SessionsEnd>();
  end->add_option("ID", ending->id, "The session's id, as sessions list shows it")->required();
  runs(end, arguments, ending);
}

void add_audit(CLI::App& app, Arguments& arguments) {
  CLI::App* audit = group(app, "audit", "The log of security acts");
  CLI::App* list = audit->add_subcommand("list", "List records in their order");
  const auto command = std::make_shared<AuditList>();
  list->add_option("--after", command->after, "Begin after this record number")
      ->check(CLI::NonNegativeNumber);
  list->add_option("--limit", command->limit, "At most so many")->check(CLI::Range(1, 1000));
  runs(list, arguments, command);

  runs(audit->add_subcommand("verify", "Check that no record was changed, taken out or put in"),
       arguments, std::make_shared<AuditVerify>());
}

void add_outbox(CLI::App& app, Arguments& arguments) {
  CLI::App* outbox = group(app, "outbox", "Mails and SMS that wait, and what became of them");
  CLI::App* list = outbox->add_subcommand("list", "List messages, oldest first");
  const auto listing = std::make_shared<OutboxList>();
  list->add_option("--state", listing->state,
                   "Only those in this state; without it, those that have not ended")
      ->check(CLI::IsMember({"waiting", "handed_over", "sent", "expired", "failed", "any"}));
  list->add_option("--channel", listing->channel, "Only these")
      ->check(CLI::IsMember({"mail", "sms"}));
  list->add_option("--after", listing->after, "Begin after this message's number")
      ->check(CLI::NonNegativeNumber);
  list->add_option("--limit", listing->limit, "At most so many")->check(CLI::Range(1, 1000));
  runs(list, arguments, listing);

  CLI::App* show = outbox->add_subcommand("show", "Show one message, without what it says");
  const auto showing = std::make_shared<OutboxShow>();
  show->add_option("ID", showing->id, kMessage)->required();
  runs(show, arguments, showing);

  CLI::App* retry = outbox->add_subcommand("retry", "Try a message that waits at once");
  const auto retrying = std::make_shared<OutboxRetry>();
  retry->add_option("ID", retrying->id, kMessage)->required();
  runs(retry, arguments, retrying);
}

void add_mail(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = group(app, "mail", "The relays that mails leave by")
                      ->add_subcommand("test", "Send a trial mail at once and say what came of it");
  const auto command = std::make_shared<MailTest>();
  sub->add_option("ADDRESS", command->address, "Where to")->required();
  sub->add_option("--relay", command->relay, "By this relay alone, as in the configuration");
  sub->add_option("--language", command->language, "fr, de, it or en")
      ->check(CLI::IsMember({"fr", "de", "it", "en"}));
  runs(sub, arguments, command);
}

void add_sms(CLI::App& app, Arguments& arguments) {
  CLI::App* sub = group(app, "sms", "The gateways that SMS leave by")
                      ->add_subcommand("test", "Send a trial SMS at once and say what came of it");
  const auto command = std::make_shared<SmsTest>();
  sub->add_option("NUMBER", command->number, "Where to")->required();
  sub->add_option("--gateway", command->gateway, "By this gateway alone, as in the configuration");
  sub->add_option("--language", command->language, "fr, de, it or en")
      ->check(CLI::IsMember({"fr", "de", "it", "en"}));
  runs(sub, arguments, command);
}

void add_local(CLI::App& app, Arguments& arguments) {
  CLI::App* keys = group(app, "key", "The installation's master key");
  CLI::App* generate =
      keys->add_subcommand("generate", "Write a new key file, never over an old one");
  const auto key = std::make_shared<KeyGenerate>();
  generate->add_option("FILE", key->file, "The file to make, mode 0600")->required();
  runs(generate, arguments, key);

  CLI::App* rotate =
      keys->add_subcommand("rotate", "Add a new key to a key file, to be activated next");
  const auto rotation = std::make_shared<KeyRotate>();
  rotate->add_option("FILE", rotation->file, "The key file")->required();
  runs(rotate, arguments, rotation);
  runs(keys->add_subcommand("activate",
                            "Seal everything with the newest key, once every daemon holds it"),
       arguments, std::make_shared<KeyActivate>());
  runs(keys->add_subcommand("status", "Show which key is active and what still needs another"),
       arguments, std::make_shared<KeyStatus>());

  CLI::App* check = group(app, "config", "The daemon's configuration")
                        ->add_subcommand("check", "Check a configuration file with portald");
  const auto config = std::make_shared<ConfigCheck>();
  check->add_option("FILE", config->file, "The configuration file")->required();
  runs(check, arguments, config);

  CLI::App* completion = app.add_subcommand("completion", "Print a script that completes commands");
  const auto script = std::make_shared<CompletionScript>();
  completion->add_option("SHELL", script->shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash"}));
  runs(completion, arguments, script);
}

void add_global(CLI::App& app, Arguments& arguments) {
  app.add_option("--socket", arguments.socket, "The administration socket of portald")
      ->type_name("FILE")
      ->envname("PORTALCTL_SOCKET")
      ->capture_default_str();
  CLI::Option* json = app.add_flag_callback(
      "--json", [&arguments] { arguments.format = Format::json; }, "Print what the daemon answers");
  CLI::Option* csv = app.add_flag_callback(
      "--csv", [&arguments] { arguments.format = Format::csv; }, "Print lists as CSV");
  json->excludes(csv);
  app.add_flag("-q,--quiet", arguments.quiet, "Print results only, no notes");
  app.set_version_flag("--version", "portalctl " PORTAL_VERSION);
}

void add_everything(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 done, 1 refused, 2 usage, 3 daemon unreachable, 4 not permitted, 5 daemon "
      "failed. See portalctl(8).");
  add_global(app, arguments);
  add_persons(app, arguments);
  add_codes(app, arguments);
  add_accounts(app, arguments);
  add_sessions(app, arguments);
  add_audit(app, arguments);
  add_outbox(app, arguments);
  add_mail(app, arguments);
  add_sms(app, arguments);
  add_local(app, arguments);
  runs(app.add_subcommand("status", "Ask the daemon how it is"), arguments,
       std::make_shared<Status>());
}

/// The values of "TEXT:{mail,sms}", as CLI11 describes an option that knows them.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return choices;
  std::istringstream list(type.substr(begin + 1, end - begin - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

CommandOption described(const CLI::Option& option) {
  CommandOption made;
  for (const std::string& name : option.get_snames()) made.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) made.names.push_back("--" + name);
  made.takes_value = option.get_items_expected_max() > 0;
  made.takes_file = option.get_type_name() == "FILE" || option.get_name() == "FILE";
  made.choices = choices_in(option.get_type_name());
  return made;
}

CommandWord described(const CLI::App& app) {
  CommandWord made;
  made.name = app.get_name();
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? made.positionals : made.options).push_back(described(*option));
  }
  for (const CLI::App* sub : app.get_subcommands({})) {
    CommandWord word = described(*sub);
    // A group of options has no name on the command line: they are the command's own.
    if (sub->get_name().empty()) {
      made.options.insert(made.options.end(), word.options.begin(), word.options.end());
      made.positionals.insert(made.positionals.end(), word.positionals.begin(),
                              word.positionals.end());
    } else {
      made.words.push_back(std::move(word));
    }
  }
  return made;
}

}  // namespace

CommandWord command_tree() {
  CLI::App app("", "portalctl");
  Arguments unused;
  add_everything(app, unused);
  return described(app);
}

std::variant<Arguments, ExitCode> parse_arguments(int argc, const char* const* argv) {
  CLI::App app("Administers the portal login through the socket of portald.", "portalctl");
  Arguments arguments;
  add_everything(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    return app.exit(outcome, std::cout, std::cerr) == 0 ? ExitCode::ok : ExitCode::usage;
  }
  return arguments;
}

}  // namespace portal::ctl
