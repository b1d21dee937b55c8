// What the module does when everybody keeps to the protocol: the real pam_portal.so, libpam by
// pam_wrapper, a daemon that plays a script.

#include <unistd.h>

extern "C" {
#include <libpamtest.h>
}

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

namespace {

std::string socket_path;

constexpr char kService[] = "portal";

/// The daemon that asks for nothing and gives `outcome`.
ScriptedDaemon daemon_that_says(Outcome outcome, std::string_view text = {}) {
  return ScriptedDaemon(socket_path, [outcome, text](ScriptedPeer& peer) {
    if (peer.receive()) peer.send(Done{outcome, {"d1"}, {text}});
  });
}

void password_and_code_let_a_person_in(void**) {
  // M2
  std::string password;
  std::string code;
  ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send(Prompt{Style::echo_off, {"Password: "}});
    password = peer.receive_answer();
    peer.send(Prompt{Style::echo_on, {"Code: "}});
    code = peer.receive_answer();
    peer.send(Done{Outcome::success, {"d1"}, {}});
  });
  const char* secret_answers[] = {"Sommer-2024", nullptr};
  const char* open_answers[] = {"447683", nullptr};
  pamtest_conv_data person{};
  person.in_echo_off = secret_answers;
  person.in_echo_on = open_answers;
  pam_testcase cases[] = {pam_test(PAMTEST_AUTHENTICATE, PAM_SUCCESS)};
  assert_int_equal(run_pamtest(kService, "anna", &person, cases, nullptr), PAMTEST_ERR_OK);
  daemon.finish();
  test::assert_text(password, "Sommer-2024");
  test::assert_text(code, "447683");
}

void daemon_learns_what_the_application_said(void**) {
  // C2
  Operation operation{};
  std::vector<std::string> items;
  bool flags = false;
  ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
    const auto received = peer.receive();
    const Open& open = std::get<Open>(received->message());
    operation = open.operation;
    flags = open.silent && open.refuse_empty;
    for (const std::string_view item :
         {open.service.value, open.user.value, open.remote_host.value, open.remote_user.value,
          open.terminal.value, open.locale.value})
      items.emplace_back(item);
    peer.send(Done{Outcome::denied, {}, {}});
  });
  ScriptedPerson person;
  const PamApplication application(kService, "Anna@Example.ch", ScriptedPerson::converse, &person);
  pam_set_item(application.handle(), PAM_RHOST, "192.0.2.7");
  pam_set_item(application.handle(), PAM_RUSER, "karl");
  pam_set_item(application.handle(), PAM_TTY, "ssh");
  pam_putenv(application.handle(), "LANG=de_CH.UTF-8");
  ::setenv("LANG", "it_IT.UTF-8", 1);  // the process's own environment counts for nothing
  assert_int_equal(pam_authenticate(application.handle(), PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK),
                   PAM_AUTH_ERR);
  daemon.finish();
  assert_true(operation == Operation::authenticate);
  assert_true(flags);
  const std::vector<std::string> expected = {kService, "Anna@Example.ch", "192.0.2.7", "karl",
                                             "ssh",    "de_CH.UTF-8"};
  assert_true(items == expected);
}

struct Expected {
  Outcome outcome;
  int authentication;
  int account;
  int session;
};
constexpr Expected kExpected[] = {
    {Outcome::success, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS},
    {Outcome::denied, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR},
    {Outcome::unknown_user, PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_SESSION_ERR},
    {Outcome::unavailable, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR},
    {Outcome::account_expired, PAM_AUTH_ERR, PAM_ACCT_EXPIRED, PAM_SESSION_ERR},
    {Outcome::account_unusable, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR},
    {Outcome::max_tries, PAM_MAXTRIES, PAM_PERM_DENIED, PAM_SESSION_ERR},
    {Outcome::new_password_required, PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR},
    {Outcome::internal, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SESSION_ERR},
};

using Call = int (*)(pam_handle_t*, int);

/// A session that never opened cannot be closed by libpam's rules of some stacks: each call has a
/// transaction of its own.
int code_of(Call call, Outcome outcome) {
  const ScriptedDaemon daemon = [&] { return daemon_that_says(outcome); }();
  ScriptedPerson person;
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  return call(application.handle(), 0);
}

void each_outcome_has_its_pam_code(void**) {
  // M2, M3, M4
  assert_int_equal(std::size(kExpected), last_of(Outcome{}));
  for (const Expected& expected : kExpected) {
    assert_int_equal(code_of(pam_authenticate, expected.outcome), expected.authentication);
    assert_int_equal(code_of(pam_acct_mgmt, expected.outcome), expected.account);
    assert_int_equal(code_of(pam_open_session, expected.outcome), expected.session);
    assert_int_equal(code_of(pam_close_session, expected.outcome), expected.session);
  }
}

void setting_credentials_needs_no_daemon(void**) {
  // M2
  ScriptedPerson person;
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  assert_int_equal(pam_setcred(application.handle(), PAM_ESTABLISH_CRED), PAM_SUCCESS);
  assert_int_equal(pam_setcred(application.handle(), PAM_DELETE_CRED), PAM_SUCCESS);
}

void texts_are_shown_and_their_failure_is_ignored(void**) {
  // M1
  for (const int outcome_of_info : {PAM_SUCCESS, PAM_CONV_ERR}) {
    ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
      (void)peer.receive();
      peer.send(Prompt{Style::info, {"Maintenance tonight."}});
      peer.send(Prompt{Style::echo_off, {"Password: "}});
      (void)peer.receive_answer();
      peer.send(Done{Outcome::success, {}, {"Welcome."}});
    });
    ScriptedPerson person{{"Password: ", "x"}};
    person.outcome_of_info = outcome_of_info;
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SUCCESS);
    assert_true(person.script_is_over());
    const std::vector<std::string> expected = {"Maintenance tonight.", "Welcome."};
    assert_true(person.shown == expected);
  }
}

void silent_applications_are_shown_nothing(void**) {
  // M1
  const ScriptedDaemon daemon = daemon_that_says(Outcome::denied, "No.");
  ScriptedPerson person;
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  assert_int_equal(pam_authenticate(application.handle(), PAM_SILENT), PAM_AUTH_ERR);
  assert_true(person.shown.empty());
}

void user_is_asked_for_once_and_left_as_typed(void**) {
  // M3
  std::string user;
  ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
    const auto received = peer.receive();
    user = std::get<Open>(received->message()).user.value;
    peer.send(Done{Outcome::success, {}, {}});
  });
  ScriptedPerson person{{"Name: ", "Anna@Example.ch", PAM_PROMPT_ECHO_ON}};
  const PamApplication application(kService, nullptr, ScriptedPerson::converse, &person);
  pam_set_item(application.handle(), PAM_USER_PROMPT, "Name: ");
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SUCCESS);
  daemon.finish();
  test::assert_text(user, "Anna@Example.ch");
  const void* item = nullptr;
  assert_int_equal(pam_get_item(application.handle(), PAM_USER, &item), PAM_SUCCESS);
  assert_string_equal(static_cast<const char*>(item), "Anna@Example.ch");
  assert_true(person.script_is_over());
}

}  // namespace

int main(int, char** arguments) {
  const std::string line =
      " required {module} socket={socket} server_uid=" + std::to_string(::getuid()) + "\n";
  const auto stage = test::PamStage::enter(
      arguments, {{kService, "auth" + line + "account" + line + "session" + line}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(password_and_code_let_a_person_in),
      cmocka_unit_test(daemon_learns_what_the_application_said),
      cmocka_unit_test(each_outcome_has_its_pam_code),
      cmocka_unit_test(setting_credentials_needs_no_daemon),
      cmocka_unit_test(texts_are_shown_and_their_failure_is_ignored),
      cmocka_unit_test(silent_applications_are_shown_nothing),
      cmocka_unit_test(user_is_asked_for_once_and_left_as_typed),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
