// What the module does when the application, or the stack's author, does not keep to the rules.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

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

/// Asks for password and code, then would let anybody in.
struct Credulous {
  bool told_of_failure = false;
  int answers = 0;
  ScriptedDaemon daemon{socket_path, [this](ScriptedPeer& peer) {
                          (void)peer.receive();
                          for (const char* prompt : {"Password: ", "Code: "}) {
                            peer.send(Prompt{Style::echo_off, {prompt}});
                            const auto received = peer.receive();
                            if (!received) return;
                            told_of_failure =
                                std::holds_alternative<ConversationFailed>(received->message());
                            if (told_of_failure) return;
                            ++answers;
                          }
                          peer.send(Done{Outcome::success, {}, {}});
                        }};
};

/// A conversation that works `data` times and then fails as `Failure` does.
template <class Failure>
int failing_after(int count, const pam_message** messages, pam_response** responses, void* data) {
  int& left = *static_cast<int*>(data);
  if (messages[0]->msg_style == PAM_ERROR_MSG || messages[0]->msg_style == PAM_TEXT_INFO)
    return PAM_SUCCESS;
  if (left-- <= 0) return Failure::fail(responses);
  *responses = static_cast<pam_response*>(
      std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  (*responses)->resp = ::strdup("right");
  return PAM_SUCCESS;
}
struct GivesError {
  static int fail(pam_response**) { return PAM_CONV_ERR; }
};
struct GivesErrorAndRubbish {
  static int fail(pam_response** responses) {
    *responses = reinterpret_cast<pam_response*>(16);
    return PAM_CONV_ERR;
  }
};
struct AsksForPatience {
  static int fail(pam_response**) { return PAM_CONV_AGAIN; }
};
struct GivesNoResponse {
  static int fail(pam_response**) { return PAM_SUCCESS; }
};
struct GivesNullAnswer {
  static int fail(pam_response** responses) {
    *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
    return PAM_SUCCESS;
  }
};

template <class Failure>
void refuses_at_each_prompt() {
  for (const int works : {0, 1}) {
    Credulous credulous;
    int left = works;
    const PamApplication application(kService, "anna", failing_after<Failure>, &left);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_CONV_ERR);
    credulous.daemon.finish();
    assert_true(credulous.told_of_failure);
    assert_int_equal(credulous.answers, works);
  }
}

void failing_conversation_is_a_refusal_at_each_prompt(void**) {
  // M1
  refuses_at_each_prompt<GivesError>();
  refuses_at_each_prompt<GivesErrorAndRubbish>();
  refuses_at_each_prompt<AsksForPatience>();
}

void missing_response_is_a_refusal_at_each_prompt(void**) {
  // M1
  refuses_at_each_prompt<GivesNoResponse>();
  refuses_at_each_prompt<GivesNullAnswer>();
}

void missing_conversation_is_a_refusal(void**) {
  // M1
  Credulous credulous;
  const PamApplication application(kService, "anna", nullptr, nullptr);
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_CONV_ERR);
  credulous.daemon.finish();
  assert_true(credulous.told_of_failure);
}

void answer_over_the_limit_is_refused(void**) {
  // M1, M2
  for (const std::size_t size : {std::size_t{2049}, std::size_t{1024 * 1024}}) {
    Credulous credulous;
    ScriptedPerson person{{"Password: ", std::string(size, 'x')}};
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTH_ERR);
    credulous.daemon.finish();
    assert_int_equal(credulous.answers, 0);
  }
}

void user_name_over_the_limit_is_refused_unasked(void**) {
  // M2, M3
  ScriptedPerson person;
  const std::string name(257, 'x');
  const PamApplication application(kService, name.c_str(), ScriptedPerson::converse, &person);
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTH_ERR);
  assert_int_equal(pam_acct_mgmt(application.handle(), 0), PAM_PERM_DENIED);
}

void item_over_the_limit_is_refused(void**) {
  // M2
  Credulous credulous;
  ScriptedPerson person;
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  pam_set_item(application.handle(), PAM_RHOST, std::string(257, 'x').c_str());
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTH_ERR);
}

void user_changed_by_the_application_is_refused(void**) {
  // M3
  for (const char* other : {"root", "Anna", static_cast<const char*>(nullptr)}) {
    Credulous credulous;
    ScriptedPerson person{{"Password: ", "x"}, {"Code: ", "1"}};
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    person.at_prompt = [&] { pam_set_item(application.handle(), PAM_USER, other); };
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTH_ERR);
    const void* user = nullptr;
    pam_get_item(application.handle(), PAM_USER, &user);
    if (other == nullptr)
      assert_null(user);
    else
      assert_string_equal(static_cast<const char*>(user), other);
  }
}

/// The daemon judges the name: the module neither cuts nor mends it. libpam's names end at a NUL.
void strange_user_names_arrive_as_they_are(void**) {
  // M3, L2
  const std::string names[] = {"anna\nroot",
                               "anna\r\n",
                               "*)(uid=*))(|(uid=*",
                               "cn=admin,dc=example,dc=ch",
                               "anna\\2a",
                               " anna ",
                               "ANNA@EXAMPLE.CH",
                               "zo\xc3\xab@example.ch",
                               "zoe\xcc\x88@example.ch",
                               "\x01\x1b[2J\x7f",
                               "\xff\xfe",
                               "%s%n",
                               "../../etc/passwd",
                               std::string("anna\0root", 9),
                               std::string(256, 'x')};
  for (const std::string& name : names) {
    std::string heard;
    ScriptedDaemon daemon(socket_path, [&](ScriptedPeer& peer) {
      const auto received = peer.receive();
      if (!received) return;
      heard = std::get<Open>(received->message()).user.value;
      peer.send(Done{Outcome::denied, {}, {}});
    });
    ScriptedPerson person;
    const PamApplication application(kService, name.c_str(), ScriptedPerson::converse, &person);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_AUTH_ERR);
    daemon.finish();
    test::assert_text(heard, name.c_str());
  }
}

void unknown_or_malformed_options_are_refused(void**) {
  // M2
  for (const char* service :
       {"unknown_option", "relative_socket", "named_uid", "no_uid", "uid_out_of_range"}) {
    ScriptedPerson person;
    const PamApplication application(service, "anna", ScriptedPerson::converse, &person);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SERVICE_ERR);
    assert_int_equal(pam_acct_mgmt(application.handle(), 0), PAM_SERVICE_ERR);
    assert_int_equal(pam_open_session(application.handle(), 0), PAM_SESSION_ERR);
    assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_SERVICE_ERR);
  }
}

/// Restores the limit at its end, so that a failed assertion does not spoil what follows.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const FileDescriptor lowest_free(::fcntl(0, F_DUPFD_CLOEXEC, 0));
    const rlimit none{static_cast<rlim_t>(lowest_free.get()), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
};

void no_descriptor_to_be_had_is_a_fault_that_passes(void**) {
  // M2
  ScriptedPerson person{{"Password: ", "x"}, {"Code: ", "1"}};
  const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
  {
    const NoDescriptorsLeft none_left;
    assert_int_equal(::open("/dev/null", O_RDONLY | O_CLOEXEC), -1);
    assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SYSTEM_ERR);
    assert_int_equal(pam_acct_mgmt(application.handle(), 0), PAM_SYSTEM_ERR);
    assert_int_equal(pam_open_session(application.handle(), 0), PAM_SESSION_ERR);
    assert_int_equal(pam_chauthtok(application.handle(), 0), PAM_SYSTEM_ERR);
  }
  Credulous credulous;
  assert_int_equal(pam_authenticate(application.handle(), 0), PAM_SUCCESS);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void no_descriptor_stays_open(void**) {
  // M2
  const auto log_in = [](std::initializer_list<ScriptedPerson::Line> script) {
    Credulous credulous;
    ScriptedPerson person(script);
    const PamApplication application(kService, "anna", ScriptedPerson::converse, &person);
    const int code = pam_authenticate(application.handle(), 0);
    credulous.daemon.finish();
    return code;
  };
  (void)log_in({});  // libc keeps the descriptor of its first syslog(3)
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    assert_int_equal(log_in({{"Password: ", "x"}, {"Code: ", "1"}}), PAM_SUCCESS);
    assert_int_equal(log_in({{"Password: ", "x"}}), PAM_CONV_ERR);
  }
  assert_int_equal(open_descriptors(), before);
}

}  // namespace

int main(int, char** arguments) {
  const std::string uid = std::to_string(::getuid());
  const auto service = [&](const std::string& name, const std::string& options) {
    const std::string line = " required {module} " + options + "\n";
    return std::pair(name, "auth" + line + "account" + line + "session" + line + "password" + line);
  };
  const auto stage = test::PamStage::enter(
      arguments, {service(kService, "socket={socket} server_uid=" + uid),
                  service("unknown_option", "socket={socket} use_first_pas"),
                  service("relative_socket", "socket=run/socket"),
                  service("named_uid", "socket={socket} server_uid=root"),
                  service("no_uid", "socket={socket} server_uid="),
                  service("uid_out_of_range", "socket={socket} server_uid=4294967295")});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(failing_conversation_is_a_refusal_at_each_prompt),
      cmocka_unit_test(missing_response_is_a_refusal_at_each_prompt),
      cmocka_unit_test(missing_conversation_is_a_refusal),
      cmocka_unit_test(answer_over_the_limit_is_refused),
      cmocka_unit_test(user_name_over_the_limit_is_refused_unasked),
      cmocka_unit_test(item_over_the_limit_is_refused),
      cmocka_unit_test(user_changed_by_the_application_is_refused),
      cmocka_unit_test(strange_user_names_arrive_as_they_are),
      cmocka_unit_test(unknown_or_malformed_options_are_refused),
      cmocka_unit_test(no_descriptor_to_be_had_is_a_fault_that_passes),
      cmocka_unit_test(no_descriptor_stays_open),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
