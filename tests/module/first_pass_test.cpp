// The options about the password, in a stack with modules before and after ours.

#include <unistd.h>

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

constexpr char kTyped[] = "Sommer-2024";

/// What an Open said about the password.
struct Told {
  Proof proof{};
  FirstPass first_pass{};
  std::string password = "(no Open)";
};

/// A daemon that takes the Open and lets anybody in.
struct Listener {
  Told told;
  ScriptedDaemon daemon{socket_path, [this](ScriptedPeer& peer) {
                          const auto received = peer.receive();
                          if (!received) return;
                          const Open& open = std::get<Open>(received->message());
                          told = {open.proof, open.first_pass, std::string(open.password.value)};
                          peer.send(Done{Outcome::success, {}, {}});
                        }};
};

using Call = int (*)(pam_handle_t*, int);

/// What the daemon was told, and the code that `call` gave, at `service`, where a module before
/// ours has asked for `password`; none if it is null.
std::pair<Told, int> told_at(const char* service, const char* password,
                             Call call = pam_authenticate) {
  if (password == nullptr)
    ::unsetenv("PAM_AUTHTOK");
  else
    ::setenv("PAM_AUTHTOK", password, 1);
  Listener listener;
  ScriptedPerson person;
  const PamApplication application(service, "anna", ScriptedPerson::converse, &person);
  const int code = call(application.handle(), 0);
  listener.daemon.finish();
  return {listener.told, code};
}

void without_an_option_no_password_is_passed_on(void**) {
  // L5, J4
  const auto [told, code] = told_at("plain", kTyped);
  assert_int_equal(code, PAM_SUCCESS);
  assert_true(told.first_pass == FirstPass::ask);
  assert_true(told.proof == Proof::password_and_factor);
  test::assert_text(told.password, "");
}

void first_pass_is_passed_on(void**) {
  // L5
  const auto [used, use_code] = told_at("use", kTyped);
  assert_true(used.first_pass == FirstPass::insist);
  test::assert_text(used.password, kTyped);
  const auto [tried, try_code] = told_at("try", kTyped);
  assert_true(tried.first_pass == FirstPass::attempt);
  test::assert_text(tried.password, kTyped);
  assert_int_equal(use_code, PAM_SUCCESS);
  assert_int_equal(try_code, PAM_SUCCESS);
}

void use_first_pass_without_one_is_refused_unasked(void**) {
  // M2, L1
  for (const char* password : {static_cast<const char*>(nullptr), ""}) {
    const auto [told, code] = told_at("use", password);
    assert_int_equal(code, PAM_AUTH_ERR);
    test::assert_text(told.password, "(no Open)");
  }
}

void try_first_pass_without_one_lets_the_daemon_ask(void**) {
  // L5
  const auto [told, code] = told_at("try", nullptr);
  assert_int_equal(code, PAM_SUCCESS);
  assert_true(told.first_pass == FirstPass::attempt);
  test::assert_text(told.password, "");
}

void second_factor_alone_is_asked_for_without_a_password(void**) {
  // T6, J4
  const auto [told, code] = told_at("factor", kTyped);
  assert_int_equal(code, PAM_SUCCESS);
  assert_true(told.proof == Proof::factor_alone);
  test::assert_text(told.password, "");
}

void account_and_session_take_no_password(void**) {
  // J4
  for (const Call call : {pam_acct_mgmt, pam_open_session}) {
    const auto [told, code] = told_at("use", kTyped, call);
    assert_int_equal(code, PAM_SUCCESS);
    test::assert_text(told.password, "");
  }
}

void first_pass_over_the_limit_is_refused(void**) {
  // M2
  const std::string password(2049, 'x');
  for (const char* service : {"use", "try"})
    assert_int_equal(told_at(service, password.c_str()).second, PAM_AUTH_ERR);
}

void contradicting_options_are_refused(void**) {
  // M2
  for (const char* service : {"factor_and_use", "try_and_factor", "use_and_try"}) {
    const auto [told, code] = told_at(service, kTyped);
    assert_int_equal(code, PAM_SERVICE_ERR);
    test::assert_text(told.password, "(no Open)");
  }
  assert_int_equal(told_at("try_and_try", kTyped).second, PAM_SUCCESS);
}

/// Asks for two answers, the first of which is kept as `keep`; what the next module then sees.
std::pair<std::string, std::string> seen_after(Keep keep, Outcome outcome) {
  ::unsetenv("PAM_AUTHTOK");
  ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
    (void)peer.receive();
    peer.send(Prompt{Style::echo_off, {"Password: "}, keep});
    (void)peer.receive();
    peer.send(Prompt{Style::echo_off, {"Code: "}, Keep::nothing});
    (void)peer.receive();
    peer.send(Done{outcome, {}, {}});
  });
  ScriptedPerson person{{"Password: ", kTyped}, {"Code: ", "447683"}};
  const PamApplication application("plain", "anna", ScriptedPerson::converse, &person);
  (void)pam_authenticate(application.handle(), 0);
  const auto shown = [&](const char* item) {
    const char* value = pam_getenv(application.handle(), item);
    return std::string(value == nullptr ? "" : value);
  };
  return {shown("PAM_AUTHTOK"), shown("PAM_OLDAUTHTOK")};
}

void answer_is_left_to_the_modules_after_ours_as_the_daemon_says(void**) {
  // M3
  using Items = std::pair<std::string, std::string>;
  for (const Outcome outcome : {Outcome::success, Outcome::denied}) {
    assert_true((seen_after(Keep::password, outcome) == Items{kTyped, ""}));
    assert_true((seen_after(Keep::old_password, outcome) == Items{"", kTyped}));
    assert_true((seen_after(Keep::nothing, outcome) == Items{"", ""}));
  }
}

}  // namespace

int main(int, char** arguments) {
  const std::string place = "{module} socket={socket} server_uid=" + std::to_string(::getuid());
  const auto service = [&](const std::string& name, const std::string& options) {
    const std::string line = "required " + place + " " + options + "\n";
    return std::pair(name, "auth required " PAM_WRAPPER_MODULES "/pam_set_items.so\nauth " + line +
                               "auth required " PAM_WRAPPER_MODULES "/pam_get_items.so\n" +
                               "account " + line + "session " + line);
  };
  const auto stage = test::PamStage::enter(
      arguments, {service("plain", ""), service("use", "use_first_pass"),
                  service("try", "try_first_pass"), service("factor", "second_factor_only"),
                  service("factor_and_use", "second_factor_only use_first_pass"),
                  service("try_and_factor", "try_first_pass second_factor_only"),
                  service("use_and_try", "use_first_pass try_first_pass"),
                  service("try_and_try", "try_first_pass try_first_pass")});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(without_an_option_no_password_is_passed_on),
      cmocka_unit_test(first_pass_is_passed_on),
      cmocka_unit_test(use_first_pass_without_one_is_refused_unasked),
      cmocka_unit_test(try_first_pass_without_one_lets_the_daemon_ask),
      cmocka_unit_test(second_factor_alone_is_asked_for_without_a_password),
      cmocka_unit_test(account_and_session_take_no_password),
      cmocka_unit_test(first_pass_over_the_limit_is_refused),
      cmocka_unit_test(contradicting_options_are_refused),
      cmocka_unit_test(answer_is_left_to_the_modules_after_ours_as_the_daemon_says),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
