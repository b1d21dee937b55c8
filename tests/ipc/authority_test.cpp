#include "ipc/authority.hpp"

#include <pwd.h>

#include "ipc_stage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using ipc::Authority;
using ipc::Peer;
using wire::Outcome;

namespace {

// Of Debian's base system, so that they have names.
constexpr uid_t kDaemon = 1;
constexpr uid_t kWebServer = 33;

void root_may_ask_for_anyone(void**) {
  // C2
  const Authority authority({});
  assert_true(authority.grant(Peer{0, 1}, "sshd", "anna") == Authority::Grant::anyone);
}

void listed_uid_may_ask_for_anyone_at_its_services(void**) {
  // C2
  const Authority authority({{kWebServer, {"apache", "nextcloud"}}});
  const Peer listed{kWebServer, 1};
  assert_true(authority.grant(listed, "apache", "anna") == Authority::Grant::anyone);
  assert_true(authority.grant(listed, "nextcloud", "anna") == Authority::Grant::anyone);
  assert_true(authority.grant(listed, "sshd", "anna") == Authority::Grant::nobody);
  assert_true(authority.grant(Peer{kDaemon, 1}, "apache", "anna") == Authority::Grant::nobody);
}

void everyone_else_may_ask_for_themselves_alone(void**) {
  // C2
  const Authority authority({});
  const Peer peer{kDaemon, 1};
  assert_true(authority.grant(peer, "screensaver", "daemon") == Authority::Grant::only_oneself);
  for (const char* other : {"anna", "root", "Daemon", "daemon ", "daemon@example.ch", ""})
    assert_true(authority.grant(peer, "screensaver", other) == Authority::Grant::nobody);
}

void uid_without_a_name_may_ask_for_nobody(void**) {
  // C2
  constexpr uid_t kNameless = 65533;
  assert_null(::getpwuid(kNameless));
  const Authority authority({});
  assert_true(authority.grant(Peer{kNameless, 1}, "sshd", "65533") == Authority::Grant::nobody);
  assert_true(authority.grant(Peer{kNameless, 1}, "sshd", "") == Authority::Grant::nobody);
}

void addresses_are_canonical(void**) {
  // C2
  const std::pair<const char*, const char*> expected[] = {
      {"", "local"},
      {"192.0.2.7", "192.0.2.7"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"2001:DB8:0:0::1", "2001:db8::1"},
      {"fe80::1%eth0", "fe80::1"},
      {"Host.Example.CH", "host.example.ch"},
      {"not a host", "unknown"},
      {"evil\nline", "unknown"},
  };
  for (const auto& [given, canonical] : expected)
    assert_text(ipc::canonical_address(given), canonical);
}

/// What a process of this uid gets for `user` at `service`; 100 when it could not ask.
int outcome_for(const IpcStage& stage, uid_t uid, std::string_view user, std::string_view service) {
  return as_uid(uid, [&] {
    wire::Open open = open_for(user, service);
    open.remote_host.value = "192.0.2.7";
    const Seen seen = play(stage.socket(), open, {"right", "447683"});
    return seen.fault == wire::ClientFault::none ? static_cast<int>(seen.outcome) : 100;
  });
}

void kernel_says_who_asks(void**) {
  // C2
  if (::getuid() != 0) skip();
  IpcStage stage([](ipc::Settings& settings) {
    settings.allowed_callers = {{kWebServer, {"apache"}}};
  });
  constexpr int kGranted = static_cast<int>(Outcome::success);
  constexpr int kDenied = static_cast<int>(Outcome::denied);

  assert_int_equal(outcome_for(stage, 0, "anna", "sshd"), kGranted);
  assert_text(stage.face.seen().source.address, "192.0.2.7");
  assert_int_equal(outcome_for(stage, kWebServer, "anna", "apache"), kGranted);
  assert_text(stage.face.seen().source.address, "192.0.2.7");
  assert_int_equal(outcome_for(stage, kDaemon, "daemon", "xscreensaver"), kGranted);
  assert_text(stage.face.seen().source.address, "local");  // what it says does not count

  const int started = stage.face.started;
  assert_int_equal(outcome_for(stage, kWebServer, "anna", "sshd"), kDenied);
  assert_int_equal(outcome_for(stage, kDaemon, "anna", "sshd"), kDenied);
  assert_int_equal(outcome_for(stage, kDaemon, "root", "sudo"), kDenied);
  assert_int_equal(stage.face.started, started);  // the product was not even asked
}

void strangers_get_neither_account_phase_nor_sessions(void**) {
  // C2, M4
  if (::getuid() != 0) skip();
  const IpcStage stage;
  for (const wire::Operation operation :
       {wire::Operation::account, wire::Operation::open_session, wire::Operation::close_session}) {
    const int outcome = as_uid(kDaemon, [&] {
      wire::Open open = open_for("anna");
      open.operation = operation;
      return static_cast<int>(play(stage.socket(), open, {}).outcome);
    });
    assert_int_equal(outcome, static_cast<int>(Outcome::denied));
  }
  assert_text(stage.face.session(), "");
}

void who_asks_for_themselves_writes_no_sessions(void**) {
  // C2: the ledger is not theirs to fill
  if (::getuid() != 0) skip();
  const IpcStage stage;
  for (const wire::Operation operation :
       {wire::Operation::open_session, wire::Operation::close_session}) {
    const int outcome = as_uid(kDaemon, [&] {
      wire::Open open = open_for("daemon", "xscreensaver");
      open.operation = operation;
      return static_cast<int>(play(stage.socket(), open, {}).outcome);
    });
    assert_int_equal(outcome, static_cast<int>(Outcome::denied));
  }
  assert_text(stage.face.session(), "");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(root_may_ask_for_anyone),
      cmocka_unit_test(listed_uid_may_ask_for_anyone_at_its_services),
      cmocka_unit_test(everyone_else_may_ask_for_themselves_alone),
      cmocka_unit_test(uid_without_a_name_may_ask_for_nobody),
      cmocka_unit_test(addresses_are_canonical),
      cmocka_unit_test(kernel_says_who_asks),
      cmocka_unit_test(strangers_get_neither_account_phase_nor_sessions),
      cmocka_unit_test(who_asks_for_themselves_writes_no_sessions),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
