// The program itself against a real server on a Unix socket, with the real API and store behind.

#include <sys/stat.h>
#include <unistd.h>

#include "program.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void a_file_of_persons_is_imported_in_chunks(void**) {
  // J6
  OpenDesk desk;
  const Outcome first = desk.run("persons import -", persons(2'345));
  assert_exit(first, 0);
  assert_text(first.out, "added        2345\nupdated      0\nunchanged    0\nnew letters  2345\n");
  assert_text(first.err, "");
  assert_true(registers(desk, 2'345));
  const Outcome again = desk.run("--json persons import -", persons(2'345));
  assert_exit(again, 0);
  assert_int_equal(nlohmann::json::parse(again.out).at("unchanged").get<int>(), 2'345);
}

void a_dry_run_changes_nothing(void**) {
  // J6
  OpenDesk desk;
  std::ofstream(desk.house.folder.path() / "p.csv") << persons(3);
  const std::string file = (desk.house.folder.path() / "p.csv").string();
  const Outcome outcome = desk.run("persons import --dry-run " + file);
  assert_exit(outcome, 0);
  assert_says(outcome.err, "3 rows are good; nothing was changed.");
  assert_false(registers(desk, 1));
  assert_exit(desk.run("persons import " + file), 0);
  assert_true(registers(desk, 1));
}

void all_faults_are_told_at_once_and_nothing_is_imported(void**) {
  // J6, J4
  OpenDesk desk;
  std::string text = kHeader;
  text += person_line(1);
  text += "756.9217.0769.86,17.04.1963,Anna,Muster,flex,insured,\n";
  text += "too,few\n";
  for (int i = 5; i <= 1'500; ++i) text += person_line(i);
  text += ahv_number(1'501) + ",31.02.1963,Anna,Muster,none,insured,\n";
  const Outcome outcome = desk.run("persons import -", text);
  assert_exit(outcome, 1);
  assert_text(outcome.out, "");
  const std::size_t ahv = outcome.err.find("line 3: ahv_number must be 13 digits");
  const std::size_t fields = outcome.err.find("line 4: has 2 fields");
  const std::size_t date = outcome.err.find("line 1501: birth_date must be");
  assert_true(ahv < fields && fields < date && date != std::string::npos);
  assert_says(outcome.err, "line 1501: portal is none of the configured portals");
  assert_says(outcome.err, "nothing was imported: 4 faults");
  assert_true(outcome.err.find("9217") == std::string::npos);
  assert_false(registers(desk, 1));
}

void failed_imports_leave_room_for_the_next(void**) {
  // J6
  OpenDesk desk;
  for (int i = 0; i < 10; ++i) assert_exit(desk.run("persons import -", persons(1) + "x\n"), 1);
  assert_exit(desk.run("persons import -", persons(1)), 0);
}

void a_file_without_rows_or_that_is_not_there_is_refused(void**) {
  // J6
  const OpenDesk desk;
  assert_exit(desk.run("persons import -", ""), 1);
  assert_exit(desk.run("persons import -", kHeader), 1);
  const Outcome outcome = desk.run("persons import /nowhere.csv");
  assert_exit(outcome, 1);
  assert_says(outcome.err, "cannot read /nowhere.csv");
}

void weak_codes_are_warned_about(void**) {
  // R2
  OpenDesk desk;
  const Outcome outcome =
      desk.run("persons import -", kHeader + person_line(1, "1234") + person_line(2, "12345"));
  assert_exit(outcome, 0);
  assert_says(outcome.err, "warning: 2 activation codes are weak");
  assert_true(registers(desk, 1, "1234"));
}

void a_code_is_issued_and_works(void**) {
  // R2, R3, J4
  OpenDesk desk;
  assert_exit(desk.run("persons import -", persons(1)), 0);
  const Outcome outcome =
      desk.run("-q codes issue --ahv - --portal flex --audience insured", ahv_number(1) + "\n");
  assert_exit(outcome, 0);
  assert_text(outcome.err, "");
  assert_false(registers(desk, 1));
  assert_true(registers(desk, 1, outcome.out.substr(0, outcome.out.size() - 1)));
  const Outcome csv =
      desk.run("--csv codes issue --ahv " + ahv_number(1) + " --portal flex --audience insured");
  assert_true(
      csv.out.starts_with("given_name,family_name,portal,code,expires\r\nAnna,Muster,flex,"));
}

void accounts_are_shown_locked_and_unlocked(void**) {
  // J2, J6
  OpenDesk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  registered_by_sms(desk.house);
  const std::string name = "anna.muster@example.ch";
  const Outcome list = desk.run("accounts list");
  assert_exit(list, 0);
  assert_says(list.out, name);
  const Outcome shown = desk.run("accounts show " + name);
  assert_says(shown.out, "756.••••.••••.85");
  assert_true(shown.out.find("1963") == std::string::npos);
  assert_says(desk.run("accounts show --reveal " + name).out, "1963-04-17");
  assert_exit(desk.run("accounts lock " + name), 0);
  assert_says(desk.run("accounts show " + name).out, "locked since");
  assert_exit(desk.run("accounts unlock " + name), 0);
  assert_true(desk.run("accounts show " + name).out.find("locked since") == std::string::npos);
  const Outcome started = desk.run("accounts start-reset " + name);
  assert_exit(started, 0);
  assert_says(started.out + started.err, "valid for 24 hours");
  const Outcome reset = desk.run("--quiet accounts reset-factor " + name);
  assert_exit(reset, 0);
  assert_text(reset.out + reset.err, "");
  assert_says(desk.run("accounts show " + name).out, "no second factor");
  assert_says(desk.run("--csv audit list --limit 1000").out, ",factor.reset,success,");
  const Outcome allowed = desk.run("accounts allow-enrolment " + name);
  assert_exit(allowed, 0);
  assert_says(allowed.out + allowed.err, "within 7 days");
}

void a_person_is_exported_and_erased(void**) {
  // J5
  OpenDesk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  registered_by_sms(desk.house);
  const std::string name = "anna.muster@example.ch";
  const Outcome data = desk.run("accounts export " + name);
  assert_exit(data, 0);
  assert_text(nlohmann::json::parse(data.out).at("phone").get<std::string>(), "+41791234567");
  const Outcome early = desk.run("accounts erase " + name);
  assert_exit(early, 1);
  assert_says(early.err, "disable it first");
  assert_exit(desk.run("accounts disable " + name), 0);
  (void)desk.house.sent();
  const Outcome erased = desk.run("accounts erase " + name);
  assert_exit(erased, 0);
  assert_says(erased.out, "ou=people");
  assert_says(erased.err, "left as it is");
  assert_exit(desk.run("accounts export " + name), 1);
}

void a_person_without_an_account_is_exported_and_erased(void**) {
  // J5, J4: by a number that no process list shows
  OpenDesk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  const std::string typed = std::string(kAhv) + "\n";
  const Outcome data = desk.run("accounts export --ahv -", typed);
  assert_exit(data, 0);
  assert_text(nlohmann::json::parse(data.out).at("person").at("given_name").get<std::string>(),
              "Anna");
  assert_exit(desk.run("accounts erase"), 2);
  assert_exit(desk.run("accounts erase anna@example.ch --ahv -", typed), 2);
  const Outcome erased = desk.run("accounts erase --ahv -", typed);
  assert_exit(erased, 0);
  assert_says(erased.err, "is forgotten");
  const Outcome again = desk.run("accounts export --ahv -", typed);
  assert_exit(again, 1);
  assert_text(again.err, "portalctl: nobody with this AHV number was imported\n");
}

void sessions_are_listed_and_ended(void**) {
  // W2
  OpenDesk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  registered_by_sms(desk.house);
  const auto account =
      nlohmann::json::parse(desk.run("--json accounts list").out)["accounts"].at(0);
  const Granted granted{AccountId(account.at("id").get<std::string>()), FactorKind::sms,
                        DecisionId::random()};
  assert_ok(desk.house.sessions->open_web(granted, PortalId("flex"), desk.house.source));
  const auto session =
      nlohmann::json::parse(desk.run("--json sessions list anna.muster@example.ch").out)["sessions"]
          .at(0);
  const std::string id = session.at("id").get<std::string>();
  assert_exit(desk.run("sessions end " + id), 0);
  assert_exit(desk.run("sessions end " + id), 1);
  assert_true(desk.run("sessions list").out.find(id) == std::string::npos);
}

void the_audit_log_is_verified(void**) {
  // J3
  const OpenDesk desk;
  assert_exit(desk.run("accounts list"), 0);
  const Outcome good = desk.run("audit verify");
  assert_exit(good, 0);
  const auto first =
      nlohmann::json::parse(desk.run("--json audit list --limit 1").out)["records"].at(0);
  assert_text(good.out,
              "1 records hold together, last hash " + first.at("hash").get<std::string>() + "\n");
  assert_text(good.err, "");
  desk.tamper("update audit set reason = 'x' where number = 2");
  const Outcome bad = desk.run("audit verify");
  assert_exit(bad, 1);
  assert_text(bad.out, good.out);
  assert_text(bad.err, "portalctl: audit record 2 does not follow from the one before it\n");
  const Outcome as_json = desk.run("--json audit verify");
  assert_exit(as_json, 1);
  assert_int_equal(nlohmann::json::parse(as_json.out).at("first_broken").get<int>(), 2);
}

void a_trial_mail_shows_what_each_relay_made_of_it(void**) {
  // J2
  const OpenDesk desk;
  const Outcome good = desk.run("mail test anna@example.ch --language fr");
  assert_exit(good, 0);
  assert_says(good.out, "RELAY");
  assert_says(good.out, "relay_failed");
  assert_says(good.out, "end: 250");
  const Outcome bad = desk.run("mail test anna@example.ch --relay first");
  assert_exit(bad, 1);
  assert_says(bad.err, "no relay has taken the mail");
  assert_exit(desk.run("mail test anna@example.ch --relay third"), 1);
  assert_text(desk.trials.sent[0], "anna@example.ch fr ");
}

void a_trial_sms_shows_what_each_gateway_made_of_it(void**) {
  // J2
  const OpenDesk desk;
  const Outcome good = desk.run("sms test 0790000011 --language fr");
  assert_exit(good, 0);
  assert_says(good.out, "GATEWAY");
  assert_says(good.out, "refused");
  assert_says(good.out, "HTTP 202");
  const Outcome bad = desk.run("sms test 0790000011 --gateway first");
  assert_exit(bad, 1);
  assert_says(bad.err, "no gateway has taken the SMS");
  assert_exit(desk.run("sms test 0790000011 --gateway third"), 1);
  assert_text(desk.fake_sms_trials.sent[0], "+41790000011 fr ");
}

void refusals_exit_with_one_and_a_sentence(void**) {
  // J6
  const OpenDesk desk;
  const Outcome outcome = desk.run("accounts show nobody@example.ch");
  assert_exit(outcome, 1);
  assert_text(outcome.err, "portalctl: no account has this id, e-mail address or login name\n");
  const Outcome as_json = desk.run("--json accounts lock ../status");
  assert_exit(as_json, 1);
  assert_int_equal(nlohmann::json::parse(as_json.err).at("status").get<int>() / 100, 4);
}

void a_silly_command_line_exits_with_two(void**) {
  // J6
  const OpenDesk desk;
  for (const char* arguments : {"", "accounts", "accounts destroy x", "accounts show",
                                "accounts list --limit 0", "--json --csv status", "status extra"}) {
    assert_exit(desk.run(arguments), 2);
  }
  assert_exit(desk.run("--help"), 0);
  assert_exit(desk.run("--version"), 0);
}

void without_a_daemon_it_exits_with_three(void**) {
  // J6
  OpenDesk desk;
  assert_exit(desk.run("status"), 0);
  desk.server->stop(std::chrono::seconds(1));
  const Outcome outcome = desk.run("status");
  assert_exit(outcome, 3);
  assert_says(outcome.err, "is portald running");
}

void who_may_not_administer_exits_with_four(void**) {
  // C2
  if (::geteuid() != 0) skip();
  const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
  for (const unsigned mode : {0600U, 0666U}) {
    const OpenDesk desk(mode);
    assert_int_equal(::chmod(desk.house.folder.path().c_str(), 0755), 0);
    const Outcome outcome = desk.run("status", "", as_nobody);
    assert_exit(outcome, 4);
    assert_text(outcome.out, "");
  }
  const OpenDesk desk(0666);
  assert_int_equal(::chmod(desk.house.folder.path().c_str(), 0755), 0);
  const std::string as_member =
      "setpriv --reuid 65534 --regid 65534 --groups " + std::to_string(kDaemonGroup) + " ";
  assert_exit(desk.run("status", "", as_member), 0);
}

void a_key_is_made_once(void**) {
  // T7
  const OpenDesk desk;
  const std::filesystem::path key = desk.house.folder.path() / "key";
  assert_exit(desk.run("key generate " + key.string()), 0);
  assert_ok(Keyring::load(key));
  const Outcome again = desk.run("key generate " + key.string());
  assert_exit(again, 1);
  assert_says(again.err, "a key is never overwritten");
}

void keys_are_changed_in_two_steps(void**) {
  // T7
  OpenDesk desk;
  const std::string key = desk.house.key_file().string();
  assert_exit(desk.run("key rotate " + key + ".none"), 1);
  assert_exit(desk.run("key rotate"), 2);
  const std::string first = desk.house.keyring.fingerprint();
  const Outcome added = desk.run("key rotate " + key);
  assert_exit(added, 0);
  const std::string second = added.out.substr(0, 16);
  assert_true(second != first);
  assert_says(added.err, "portalctl key activate");
  assert_text(desk.house.keyring.fingerprint(), first);
  const Outcome active = desk.run("key activate");
  assert_exit(active, 0);
  assert_says(active.out, second);
  assert_text(desk.house.keyring.fingerprint(), second);
  const Outcome status = desk.run("key status");
  assert_exit(status, 0);
  assert_says(status.out, second + "  active");
  assert_says(status.out, first + "  earlier");
  assert_says(status.out, "recovery codes");
  assert_says(status.err, "Being sealed with the active key");
  assert_true(desk.run("--csv key status").out.starts_with("fingerprint,state,activated\r\n"));
  assert_text(desk.run("--quiet key status").err, "");
}

void config_check_asks_the_portald_beside_it(void**) {
  // J6
  const OpenDesk desk;
  const std::filesystem::path bin = desk.house.folder.path() / "bin";
  std::filesystem::create_directory(bin);
  std::filesystem::copy_file(PORTALCTL_PROGRAM, bin / "portalctl");
  const auto check = [&] {
    const std::string command = "PATH=/nowhere " + (bin / "portalctl").string() +
                                " config check '/etc/a b.toml' >" + (bin / "out").string() +
                                " 2>&1";
    const int exit = WEXITSTATUS(std::system(command.c_str()));
    return Outcome{exit, *read_text_file(bin / "out", 10'000), ""};
  };
  const Outcome without = check();
  assert_exit(without, 1);
  assert_says(without.out, "portald is neither beside portalctl nor in PATH");
  std::ofstream(bin / "portald") << "#!/bin/sh\necho \"$#:$1:$2:$3\"\nexit 42\n";
  assert_int_equal(::chmod((bin / "portald").c_str(), 0755), 0);
  const Outcome with = check();
  assert_exit(with, 42);
  assert_text(with.out, "3:--check:--config:/etc/a b.toml\n");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_file_of_persons_is_imported_in_chunks),
      cmocka_unit_test(a_dry_run_changes_nothing),
      cmocka_unit_test(all_faults_are_told_at_once_and_nothing_is_imported),
      cmocka_unit_test(failed_imports_leave_room_for_the_next),
      cmocka_unit_test(a_file_without_rows_or_that_is_not_there_is_refused),
      cmocka_unit_test(weak_codes_are_warned_about),
      cmocka_unit_test(a_code_is_issued_and_works),
      cmocka_unit_test(accounts_are_shown_locked_and_unlocked),
      cmocka_unit_test(a_person_is_exported_and_erased),
      cmocka_unit_test(a_person_without_an_account_is_exported_and_erased),
      cmocka_unit_test(sessions_are_listed_and_ended),
      cmocka_unit_test(the_audit_log_is_verified),
      cmocka_unit_test(a_trial_mail_shows_what_each_relay_made_of_it),
      cmocka_unit_test(a_trial_sms_shows_what_each_gateway_made_of_it),
      cmocka_unit_test(refusals_exit_with_one_and_a_sentence),
      cmocka_unit_test(a_silly_command_line_exits_with_two),
      cmocka_unit_test(without_a_daemon_it_exits_with_three),
      cmocka_unit_test(who_may_not_administer_exits_with_four),
      cmocka_unit_test(a_key_is_made_once),
      cmocka_unit_test(keys_are_changed_in_two_steps),
      cmocka_unit_test(config_check_asks_the_portald_beside_it),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
