// The stacks of config/pam.d, as they are shipped but for the module's place.

#include <unistd.h>

#include <filesystem>

#include "base/file.hpp"
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

constexpr const char* kExamples[] = {"portal-example", "portal-and-local-example"};

using Call = int (*)(pam_handle_t*, int);

/// What a stack gives for a portal account when the daemon says `outcome`.
int code_of(const char* service, Call call, Outcome outcome) {
  ScriptedDaemon daemon(socket_path, [outcome](ScriptedPeer& peer) {
    if (peer.receive()) peer.send(Done{outcome, {}, {}});
  });
  ScriptedPerson person;
  const PamApplication application(service, "anna@example.ch", ScriptedPerson::converse, &person);
  return call(application.handle(), 0);
}

void who_is_granted_gets_in(void**) {
  // M2
  for (const char* example : kExamples) {
    assert_int_equal(code_of(example, pam_authenticate, Outcome::success), PAM_SUCCESS);
    assert_int_equal(code_of(example, pam_acct_mgmt, Outcome::success), PAM_SUCCESS);
  }
}

void nothing_but_success_gets_in(void**) {
  // M2, M3, M4
  for (const char* example : kExamples) {
    for (int value = 2; value <= last_of(Outcome{}); ++value) {
      const auto outcome = static_cast<Outcome>(value);
      assert_int_not_equal(code_of(example, pam_authenticate, outcome), PAM_SUCCESS);
      assert_int_not_equal(code_of(example, pam_acct_mgmt, outcome), PAM_SUCCESS);
    }
  }
}

void nobody_gets_in_while_the_daemon_is_away(void**) {
  // M2
  ::unlink(socket_path.c_str());
  for (const char* example : kExamples) {
    ScriptedPerson person;
    const PamApplication application(example, "anna@example.ch", ScriptedPerson::converse, &person);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(pam_acct_mgmt(application.handle(), 0), PAM_AUTHINFO_UNAVAIL);
  }
}

void local_account_is_not_the_portals_business(void**) {
  // M2
  bool asked = false;
  ScriptedDaemon daemon(socket_path, [&](ScriptedPeer&) { asked = true; });
  ScriptedPerson person;  // answers nothing: pam_unix refuses
  const PamApplication application(kExamples[1], "root", ScriptedPerson::converse, &person);
  assert_int_not_equal(pam_authenticate(application.handle(), 0), PAM_SUCCESS);
  daemon.finish();
  assert_false(asked);
}

std::pair<std::string, std::string> shipped(const std::string& name) {
  const std::filesystem::path source = std::getenv("PORTAL_SOURCE");
  std::string text = *read_text_file(source / "config/pam.d" / name, 16 * 1024);
  const std::string place = "{module} socket={socket} server_uid=" + std::to_string(::getuid());
  for (auto at = text.find(" pam_portal.so"); at != std::string::npos;
       at = text.find(" pam_portal.so"))
    text.replace(at + 1, std::string("pam_portal.so").size(), place);
  return {name, text};
}

}  // namespace

int main(int, char** arguments) {
  const auto stage =
      test::PamStage::enter(arguments, {shipped(kExamples[0]), shipped(kExamples[1])});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(who_is_granted_gets_in),
      cmocka_unit_test(nothing_but_success_gets_in),
      cmocka_unit_test(nobody_gets_in_while_the_daemon_is_away),
      cmocka_unit_test(local_account_is_not_the_portals_business),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
