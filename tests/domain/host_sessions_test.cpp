#include "domain/host_sessions.hpp"

#include <optional>
#include <set>

#include "login_house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

/// A machine with some processes, and logins that some of them lead.
class FakeHost final : public Host {
 public:
  const HostId& id() const override { return id_; }
  bool runs(std::int64_t process) const override { return processes.contains(process); }
  Result<bool> end_login(std::int64_t process, UtcTime /*opened*/) override {
    asked.push_back(process);
    if (trouble) return fail(*trouble, "not now");
    return logins.erase(process) > 0;
  }

  std::set<std::int64_t> processes;
  std::set<std::int64_t> logins;
  std::vector<std::int64_t> asked;
  std::optional<Errc> trouble;

 private:
  HostId id_{"machine", "boot"};
};

class HostHouse : public House {
 public:
  HostHouse() : keeper(*store, machine, clock) { with_app(*this); }

  SessionId open(std::int64_t process) {
    const auto opened = sessions->open_pam(kName, "pts/1", process, {"192.0.2.7", "sshd"});
    assert_ok(opened);
    machine.processes.insert(process);
    machine.logins.insert(process);
    return *opened;
  }
  std::size_t open_count() { return sessions->open(AccountId())->size(); }

  FakeHost machine;
  HostSessions keeper;
};

void an_ended_session_is_thrown_out_of_its_host_once(void**) {
  HostHouse house;
  const SessionId ended = house.open(41);
  house.open(42);
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.asked.empty());

  assert_ok(house.administration->end_session(ended, house.admin));
  assert_ok(house.keeper.throw_out());
  assert_ok(house.keeper.throw_out());
  assert_int_equal(house.machine.asked.size(), 1);
  assert_int_equal(house.machine.asked[0], 41);
  assert_false(house.machine.logins.contains(41));
  assert_true(house.machine.logins.contains(42));
}

void a_lock_and_a_lost_factor_throw_out_every_session(void**) {
  HostHouse house;
  house.open(41);
  house.open(42);
  assert_ok(house.administration->lock(kName, house.admin));
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.logins.empty());

  assert_ok(house.administration->unlock(kName, house.admin));
  house.open(43);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.logins.empty());
}

void a_logout_owes_the_host_nothing(void**) {
  HostHouse house;
  house.open(41);
  assert_ok(house.sessions->close_pam(kName, 41, {"192.0.2.7", "sshd"}));
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.asked.empty());
}

void a_host_that_refuses_is_asked_again_for_ten_minutes(void**) {
  HostHouse house;
  const SessionId first = house.open(41);
  const SessionId second = house.open(42);
  assert_ok(house.administration->end_session(first, house.admin));
  assert_ok(house.administration->end_session(second, house.admin));
  house.machine.trouble = Errc::unavailable;
  assert_true(house.keeper.throw_out().error().code == Errc::unavailable);
  assert_int_equal(house.machine.asked.size(), 2);  // one trouble does not keep the other waiting
  house.clock.advance(9min);
  house.machine.trouble.reset();
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.logins.empty());

  const SessionId third = house.open(43);
  assert_ok(house.administration->end_session(third, house.admin));
  house.machine.trouble = Errc::denied;
  house.clock.advance(11min);
  assert_ok(house.keeper.throw_out());
  house.machine.asked.clear();
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.asked.empty());
}

void a_host_that_does_not_answer_is_not_asked_for_everybody(void**) {
  HostHouse house;
  for (int process = 1; process <= 9; ++process)
    assert_ok(house.administration->end_session(house.open(process), house.admin));
  house.machine.trouble = Errc::unavailable;
  assert_true(house.keeper.throw_out().error().code == Errc::unavailable);
  assert_int_equal(house.machine.asked.size(), 3);
  house.machine.trouble.reset();
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.logins.empty());
}

void a_session_whose_process_is_gone_ends_in_the_ledger(void**) {
  // J1
  HostHouse house;
  house.open(41);
  house.open(42);
  assert_ok(house.keeper.end_lost());
  assert_int_equal(house.open_count(), 2);
  house.machine.processes.erase(41);
  assert_ok(house.keeper.end_lost());
  assert_ok(house.keeper.end_lost());
  assert_int_equal(house.open_count(), 1);
  assert_int_equal(house.event_count("session.lost"), 1);
}

void a_start_of_the_machine_ends_what_ran_before(void**) {
  HostHouse house;
  house.host.boot = "before";
  SessionService before(*house.store, house.keyring, house.clock, house.host, {});
  const auto opened = before.open_pam(kName, "pts/1", 41, {"192.0.2.7", "sshd"});
  assert_ok(opened);
  house.machine.processes.insert(41);  // another process by now, with a login of its own
  house.machine.logins.insert(41);
  assert_ok(house.administration->end_session(*opened, house.admin));
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.asked.empty());

  assert_ok(before.open_pam(kName, "pts/1", 41, {"192.0.2.7", "sshd"}));
  assert_ok(house.keeper.end_lost());
  assert_int_equal(house.open_count(), 0);
}

void the_sessions_of_another_machine_are_left_to_it(void**) {
  HostHouse house;
  SessionService other(*house.store, house.keyring, house.clock, {"other", "boot"}, {});
  const auto opened = other.open_pam(kName, "pts/1", 41, {"192.0.2.7", "sshd"});
  assert_ok(opened);
  assert_ok(house.keeper.end_lost());
  assert_int_equal(house.open_count(), 1);
  assert_ok(house.administration->end_session(*opened, house.admin));
  assert_ok(house.keeper.throw_out());
  assert_true(house.machine.asked.empty());
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_ended_session_is_thrown_out_of_its_host_once),
      cmocka_unit_test(a_lock_and_a_lost_factor_throw_out_every_session),
      cmocka_unit_test(a_logout_owes_the_host_nothing),
      cmocka_unit_test(a_host_that_refuses_is_asked_again_for_ten_minutes),
      cmocka_unit_test(a_host_that_does_not_answer_is_not_asked_for_everybody),
      cmocka_unit_test(a_session_whose_process_is_gone_ends_in_the_ledger),
      cmocka_unit_test(a_start_of_the_machine_ends_what_ran_before),
      cmocka_unit_test(the_sessions_of_another_machine_are_left_to_it),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
