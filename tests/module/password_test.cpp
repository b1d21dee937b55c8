// A change of password: libpam calls the module twice, and a daemon plays its side.

#include <dlfcn.h>
#include <security/pam_modules.h>
#include <unistd.h>

#include <functional>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"
#include "support/scripted_person.hpp"

using namespace portal;
using namespace portal::wire;
using test::PamApplication;
using test::ScriptedDaemon;
using test::ScriptedPeer;
using test::ScriptedPerson;
using test::ScriptedServer;

namespace {

std::string socket_path;

constexpr char kService[] = "portal";
constexpr int kSilent = PAM_SILENT;

struct Asked {
  Operation operation{};
  FirstPass first_pass{};
  std::string password;
  bool silent = false;
  bool only_expired = false;
};

/// A daemon for both phases: `prepared` in the first, `change` plays the second.
struct Daemon {
  explicit Daemon(ScriptedDaemon::Script change, Outcome prepared = Outcome::success)
      : server(socket_path, [this, prepared, change = std::move(change)](ScriptedPeer& peer) {
          const auto received = peer.receive();
          if (!received) return;
          const Open& open = std::get<Open>(received->message());
          asked.push_back({open.operation, open.first_pass, std::string(open.password.value),
                           open.silent, open.only_expired});
          if (open.operation == Operation::change_password) return change(peer);
          peer.send(Done{prepared, {}, {}});
        }) {}
  void finish() { server.finish(); }

  std::vector<Asked> asked;  ///< to be looked at after `finish`
  ScriptedServer server;
};

ScriptedDaemon::Script says(Outcome outcome, std::string_view text = {}) {
  return [outcome, text](ScriptedPeer& peer) { peer.send(Done{outcome, {"d1"}, {text}}); };
}

/// Asks as the daemon does: the old password, a code, the new password twice.
std::vector<std::string> ask_for_change(ScriptedPeer& peer) {
  std::vector<std::string> answers;
  const std::pair<const char*, Keep> prompts[] = {{"Old: ", Keep::old_password},
                                                  {"Code: ", Keep::nothing},
                                                  {"New: ", Keep::password},
                                                  {"Again: ", Keep::nothing}};
  for (const auto& [text, keep] : prompts) {
    peer.send(Prompt{Style::echo_off, {text}, keep});
    answers.push_back(peer.receive_answer());
    if (answers.back() == "(none)") return answers;
  }
  peer.send(Done{Outcome::success, {}, {}});
  return answers;
}

int change(ScriptedPerson& person, int flags = 0, const char* service = kService) {
  const PamApplication application(service, "anna", ScriptedPerson::converse, &person);
  return pam_chauthtok(application.handle(), flags);
}

void password_is_changed_in_two_phases(void**) {
  // P4, M2
  std::vector<std::string> answers;
  Daemon daemon([&](ScriptedPeer& peer) { answers = ask_for_change(peer); });
  ScriptedPerson person{
      {"Old: ", "Sommer-2024"}, {"Code: ", "447683"}, {"New: ", "Winter-25"}, {"Again: ", "W-25"}};
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_SUCCESS);
  daemon.finish();
  assert_true(person.script_is_over());
  const std::vector<std::string> expected = {"Sommer-2024", "447683", "Winter-25", "W-25"};
  assert_true(answers == expected);
  assert_int_equal(daemon.asked.size(), 2);
  assert_true(daemon.asked[0].operation == Operation::prepare_password_change);
  assert_true(daemon.asked[1].operation == Operation::change_password);
  // For the modules after ours, as they are called in this phase.
  test::assert_text(pam_getenv(application.handle(), "PAM_OLDAUTHTOK"), "Sommer-2024");
  test::assert_text(pam_getenv(application.handle(), "PAM_AUTHTOK"), "Winter-25");
}

void daemon_learns_the_flags(void**) {
  // P4
  constexpr int kExpired = PAM_CHANGE_EXPIRED_AUTHTOK;
  for (const int flags : {0, kExpired, kSilent}) {
    Daemon daemon(says(Outcome::success));
    ScriptedPerson person;
    assert_int_equal(change(person, flags), PAM_SUCCESS);
    daemon.finish();
    for (const Asked& asked : daemon.asked) {
      assert_int_equal(asked.only_expired, flags == kExpired);
      assert_int_equal(asked.silent, flags == kSilent);
    }
  }
}

void silent_applications_are_shown_no_reasons(void**) {
  // M1
  Daemon daemon(says(Outcome::denied, "Too short."));
  ScriptedPerson told;
  assert_int_equal(change(told), PAM_AUTHTOK_ERR);
  assert_true(told.shown == std::vector<std::string>{"Too short."});
  ScriptedPerson untold;
  assert_int_equal(change(untold, kSilent), PAM_AUTHTOK_ERR);
  assert_true(untold.shown.empty());
}

struct Expected {
  Outcome outcome;
  int prepared;
  int changed;
};
constexpr Expected kExpected[] = {
    {Outcome::denied, PAM_PERM_DENIED, PAM_AUTHTOK_ERR},
    {Outcome::unknown_user, PAM_PERM_DENIED, PAM_AUTHTOK_ERR},
    {Outcome::unavailable, PAM_TRY_AGAIN, PAM_AUTHINFO_UNAVAIL},
    {Outcome::account_expired, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {Outcome::account_unusable, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {Outcome::max_tries, PAM_MAXTRIES, PAM_MAXTRIES},
    {Outcome::new_password_required, PAM_PERM_DENIED, PAM_AUTHTOK_ERR},
    {Outcome::internal, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
};

void each_outcome_has_its_code_in_each_phase(void**) {
  // M2, M3
  assert_int_equal(std::size(kExpected), last_of(Outcome{}) - 1);
  for (const Expected& expected : kExpected) {
    ScriptedPerson person;
    {
      Daemon daemon(says(Outcome::success), expected.outcome);
      assert_int_equal(change(person), expected.prepared);
      daemon.finish();
      assert_int_equal(daemon.asked.size(), 1);  // nothing was asked to be changed
    }
    Daemon daemon(says(expected.outcome));
    assert_int_equal(change(person), expected.changed);
  }
}

void absent_daemon_may_be_tried_again(void**) {
  // M2
  ScriptedPerson person;
  ::unlink(socket_path.c_str());
  assert_int_equal(change(person), PAM_TRY_AGAIN);
}

void daemon_that_dies_in_the_middle_of_a_change_is_unavailable(void**) {
  // M2
  for (const int answers : {0, 1, 2, 3}) {
    Daemon daemon([&](ScriptedPeer& peer) {
      for (int i = 0; i < answers; ++i) {
        peer.send(Prompt{Style::echo_off, {"Old: "}});
        (void)peer.receive();
      }
    });
    ScriptedPerson person{{"Old: ", "x"}, {"Old: ", "x"}, {"Old: ", "x"}};
    assert_int_equal(change(person), PAM_AUTHINFO_UNAVAIL);
  }
}

void failing_conversation_changes_nothing(void**) {
  // M1, P4
  using Line = ScriptedPerson::Line;
  const std::vector<Line> lines = {{"Old: ", "a"}, {"Code: ", "b"}, {"New: ", "c"}};
  for (std::size_t answered = 0; answered <= lines.size(); ++answered) {
    std::vector<std::string> answers;
    Daemon daemon([&](ScriptedPeer& peer) { answers = ask_for_change(peer); });
    ScriptedPerson person;
    for (std::size_t i = 0; i < answered; ++i) person.will_answer(lines[i]);
    assert_int_equal(change(person), PAM_CONV_ERR);
    daemon.finish();
    assert_int_equal(answers.size(), answered + 1);
    test::assert_text(answers.back(), "(none)");
  }
}

/// Answers `left` prompts and then gives a response without a text.
int null_after(int, const pam_message**, pam_response** responses, void* data) {
  int& left = *static_cast<int*>(data);
  *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
  if (left-- > 0) (*responses)->resp = ::strdup("x");
  return PAM_SUCCESS;
}

void missing_answer_changes_nothing_at_each_prompt(void**) {
  // M1, P4
  for (int answered = 0; answered < 4; ++answered) {
    std::vector<std::string> answers;
    Daemon daemon([&](ScriptedPeer& peer) { answers = ask_for_change(peer); });
    int left = answered;
    const PamApplication application(kService, "anna", null_after, &left);
    assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_CONV_ERR);
    daemon.finish();
    test::assert_text(answers.back(), "(none)");
  }
}

void missing_conversation_changes_nothing(void**) {
  // M1
  std::vector<std::string> answers;
  Daemon daemon([&](ScriptedPeer& peer) { answers = ask_for_change(peer); });
  const PamApplication application(kService, "anna", nullptr, nullptr);
  assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_CONV_ERR);
  daemon.finish();
  assert_true(answers == std::vector<std::string>{"(none)"});
}

void answer_over_the_limit_changes_nothing(void**) {
  // M1, P2
  std::vector<std::string> answers;
  Daemon daemon([&](ScriptedPeer& peer) { answers = ask_for_change(peer); });
  ScriptedPerson person{{"Old: ", std::string(1024 * 1024, 'x')}};
  assert_int_equal(change(person), PAM_AUTHTOK_ERR);
  daemon.finish();
  assert_true(answers == std::vector<std::string>{"(none)"});
}

void user_changed_by_the_application_is_no_success(void**) {
  // M3
  Daemon daemon([&](ScriptedPeer& peer) { (void)ask_for_change(peer); });
  ScriptedPerson person{{"Old: ", "a"}, {"Code: ", "b"}, {"New: ", "c"}, {"Again: ", "c"}};
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  person.at_prompt = [&] { pam_set_item(application.handle(), PAM_USER, "root"); };
  assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_AUTHTOK_ERR);
}

void old_password_of_a_module_before_is_passed_on_in_the_second_phase(void**) {
  // P4, J4
  ::setenv("PAM_OLDAUTHTOK", "Sommer-2024", 1);
  Daemon daemon(says(Outcome::success));
  ScriptedPerson person;
  const int code = change(person, 0, "use");
  ::unsetenv("PAM_OLDAUTHTOK");
  daemon.finish();
  assert_int_equal(code, PAM_SUCCESS);
  assert_int_equal(daemon.asked.size(), 2);
  test::assert_text(daemon.asked[0].password, "");  // nobody judges it there
  test::assert_text(daemon.asked[1].password, "Sommer-2024");
  assert_true(daemon.asked[1].first_pass == FirstPass::insist);
}

void use_first_pass_without_an_old_password_is_refused(void**) {
  // M2, P4
  Daemon daemon(says(Outcome::success));
  ScriptedPerson person;
  assert_int_equal(change(person, 0, "use"), PAM_AUTHTOK_RECOVERY_ERR);
  daemon.finish();
  assert_int_equal(daemon.asked.size(), 1);
}

void second_factor_alone_changes_no_password(void**) {
  // P4
  Daemon daemon(says(Outcome::success));
  ScriptedPerson person;
  assert_int_equal(change(person, 0, "factor"), PAM_SERVICE_ERR);
  daemon.finish();
  assert_true(daemon.asked.empty());
}

void neither_phase_or_both_are_refused(void**) {
  // M2
  Daemon daemon(says(Outcome::success));
  ScriptedPerson person;
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  void* const module = ::dlopen(PORTAL_MODULE, RTLD_NOW);
  assert_non_null(module);
  const auto entry =
      reinterpret_cast<decltype(&pam_sm_chauthtok)>(::dlsym(module, "pam_sm_chauthtok"));
  const std::string socket = "socket=" + socket_path;
  const std::string uid = "server_uid=" + std::to_string(::getuid());
  const char* arguments[] = {socket.c_str(), uid.c_str()};
  for (const int flags : {0, kSilent, PAM_PRELIM_CHECK | PAM_UPDATE_AUTHTOK})
    assert_int_equal(entry(application.handle(), flags, 2, arguments), PAM_SYSTEM_ERR);
  assert_int_equal(entry(application.handle(), PAM_PRELIM_CHECK, 2, arguments), PAM_SUCCESS);
  daemon.finish();
  assert_int_equal(daemon.asked.size(), 1);
  ::dlclose(module);
}

}  // namespace

int main(int, char** arguments) {
  const auto service = [](const std::string& name, const std::string& options) {
    return std::pair(name, "password required " PAM_WRAPPER_MODULES
                           "/pam_set_items.so\n"
                           "password required {module} socket={socket} server_uid=" +
                               std::to_string(::getuid()) + " " + options +
                               "\npassword required " PAM_WRAPPER_MODULES "/pam_get_items.so\n");
  };
  const auto stage =
      test::PamStage::enter(arguments, {service(kService, ""), service("use", "use_first_pass"),
                                        service("factor", "second_factor_only")});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(password_is_changed_in_two_phases),
      cmocka_unit_test(daemon_learns_the_flags),
      cmocka_unit_test(silent_applications_are_shown_no_reasons),
      cmocka_unit_test(each_outcome_has_its_code_in_each_phase),
      cmocka_unit_test(absent_daemon_may_be_tried_again),
      cmocka_unit_test(daemon_that_dies_in_the_middle_of_a_change_is_unavailable),
      cmocka_unit_test(failing_conversation_changes_nothing),
      cmocka_unit_test(missing_answer_changes_nothing_at_each_prompt),
      cmocka_unit_test(missing_conversation_changes_nothing),
      cmocka_unit_test(answer_over_the_limit_changes_nothing),
      cmocka_unit_test(user_changed_by_the_application_is_no_success),
      cmocka_unit_test(old_password_of_a_module_before_is_passed_on_in_the_second_phase),
      cmocka_unit_test(use_first_pass_without_an_old_password_is_refused),
      cmocka_unit_test(second_factor_alone_changes_no_password),
      cmocka_unit_test(neither_phase_or_both_are_refused),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
