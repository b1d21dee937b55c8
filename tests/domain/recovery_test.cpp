#include "domain/recovery.hpp"

#include <atomic>
#include <thread>

#include "domain/ports/recovery_codes.hpp"
#include "login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

FactorClaim claim_for(House& house) {
  const AccountId account = house.directory.entries().begin()->second.account;
  return {account, "recovery:flex", PortalId("flex"), house.source, Language::fr, account.text()};
}

std::vector<Secret> issued(House& house, const Secret& seed) {
  auto outcome = house.recovery->issue(claim_for(house), code_now(house, seed));
  assert_ok(outcome);
  if (!std::holds_alternative<std::vector<Secret>>(*outcome)) fail_msg("%s", "refused");
  return std::move(std::get<std::vector<Secret>>(*outcome));
}

int left(House& house) {
  const AccountId account = claim_for(house).account;
  const auto count = in_read<int>(*house.store, [&](Transaction& transaction) {
    return transaction.recovery_codes().left(account);
  });
  assert_ok(count);
  return *count;
}

void ten_codes_are_issued_for_the_factor_and_each_logs_in_once(void**) {
  // A1, A2, R12, J1
  House house;
  const Secret seed = with_app(house);
  (void)house.sent();
  const std::vector<Secret> codes = issued(house, seed);
  assert_int_equal(codes.size(), 10);
  assert_int_equal(house.event_count("recovery_codes.issued"), 1);
  const auto told = house.sent();
  assert_int_equal(told.size(), 1);
  assert_text(told[0].text, "mail.recovery_codes_issued");

  for (const Secret& code : codes) {
    LoginConversation first = at_the_code(house);
    assert_true(is_granted(house.login->answer(first, code)));
    LoginConversation second = at_the_code(house);
    assert_true(refusal_of(house.login->answer(second, code)) == RefusalReason::wrong_code);
  }
  assert_int_equal(left(house), 0);
  const auto notices = house.sent();
  assert_int_equal(notices.size(), 10);
  assert_text(notices[0].text, "mail.recovery_code_used");
  assert_text(notices[0].values.at("left"), "9");
  assert_text(notices[9].values.at("left"), "0");
  const auto records = in_read<std::vector<AuditRecord>>(
      *house.store, [](Transaction& transaction) { return transaction.audit().read(0, 999); });
  assert_ok(records);
  assert_int_equal(std::ranges::count_if(*records,
                                         [](const AuditRecord& record) {
                                           return record.event.what == "login.granted" &&
                                                  record.event.factor == "recovery";
                                         }),
                   10);
}

void new_codes_kill_the_old(void**) {
  // A1
  House house;
  const Secret seed = with_app(house);
  const std::vector<Secret> old = issued(house, seed);
  house.clock.advance(30s);
  const std::vector<Secret> fresh = issued(house, seed);
  LoginConversation dead = at_the_code(house);
  assert_true(refusal_of(house.login->answer(dead, old[0])) == RefusalReason::wrong_code);
  LoginConversation alive = at_the_code(house);
  assert_true(is_granted(house.login->answer(alive, fresh[0])));
}

void of_parallel_uses_one_succeeds(void**) {
  // A1, T4
  House house({}, {.code_tries = 1000, .code_tries_in_all = 1000});
  const Secret seed = with_app(house);
  const std::vector<Secret> codes = issued(house, seed);
  std::vector<LoginConversation> waiting;
  for (int i = 0; i < 16; ++i) waiting.push_back(at_the_code(house));
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (LoginConversation& one : waiting) {
    threads.emplace_back([&] {
      if (is_granted(house.login->answer(one, codes[0]))) ++granted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(granted.load(), 1);
}

void wrong_recovery_codes_count_as_wrong_codes(void**) {
  // A1, T5
  House house;
  const Secret seed = with_app(house);
  (void)issued(house, seed);
  for (int i = 0; i < 5; ++i) {
    LoginConversation made = at_the_code(house);
    assert_true(refusal_of(house.login->answer(made, RecoveryCode::generate().printed())) ==
                RefusalReason::wrong_code);
  }
  LoginConversation blocked = conversation(house);
  assert_true(refusal_of(house.login->answer(blocked, Secret(kPassword))) ==
              RefusalReason::too_many_tries);
}

void a_wrong_code_or_a_recovery_code_gets_no_new_ones(void**) {
  // A1
  House house;
  const Secret seed = with_app(house);
  const std::vector<Secret> codes = issued(house, seed);
  house.clock.advance(30s);
  for (const Secret& answer : {wrong_for(house, seed), codes[0].clone(), Secret("")}) {
    const auto outcome = house.recovery->issue(claim_for(house), answer);
    assert_true(reason_of(outcome) == RefusalReason::wrong_code);
  }
  assert_int_equal(left(house), 10);
  assert_int_equal(house.event_count("recovery_codes.issued", "denied"), 3);
}

void an_sms_for_new_codes_logs_nobody_in(void**) {
  // A1, S1
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  house.clock.advance(1min);
  (void)house.sent();
  const auto called = house.recovery->call_factor(claim_for(house));
  assert_ok(called);
  assert_false(called->has_value());
  const Secret code = house.code_sent();
  house.clock.advance(1min);
  LoginConversation login = at_the_code(house);
  assert_true(refusal_of(house.login->answer(login, code)) == RefusalReason::wrong_code);
  const auto outcome = house.recovery->issue(claim_for(house), code);
  assert_ok(outcome);
  assert_true(std::holds_alternative<std::vector<Secret>>(*outcome));
}

void a_reset_factor_takes_the_codes_with_it(void**) {
  // A1, A2
  House house;
  const Secret seed = with_app(house);
  (void)issued(house, seed);
  assert_ok(house.administration->reset_factor(kName, house.admin));
  assert_int_equal(left(house), 0);
}

void who_loses_the_factor_is_told_by_mail(void**) {
  // R12
  House house;
  (void)with_app(house);
  (void)house.sent();
  assert_ok(house.administration->reset_factor(kName, house.admin));
  const auto told = house.sent();
  assert_int_equal(told.size(), 1);
  assert_text(told[0].text, "mail.factor_removed");
  assert_text(told[0].recipient, "anna.muster@example.ch");
  assert_text(told[0].values.at("origin"), "https://flex.example.ch");
  assert_int_equal(house.event_count("factor.reset"), 1);
  // Nothing is there any more, so nothing is taken away.
  assert_ok(house.administration->reset_factor(kName, house.admin));
  assert_true(house.sent().empty());
}

void a_factor_stays_if_the_notice_cannot_be_queued(void**) {
  // R12
  House house;
  const Secret seed = with_app(house);
  (void)house.sent();
  Portals none({});
  AdministrationService without(*house.store, house.directory, house.clock, none, {});
  assert_error(without.reset_factor(kName, house.admin), Errc::internal);
  house.clock.advance(1min);
  LoginConversation login = at_the_code(house);
  assert_true(is_granted(house.login->answer(login, code_now(house, seed))));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(ten_codes_are_issued_for_the_factor_and_each_logs_in_once),
      cmocka_unit_test(new_codes_kill_the_old),
      cmocka_unit_test(of_parallel_uses_one_succeeds),
      cmocka_unit_test(wrong_recovery_codes_count_as_wrong_codes),
      cmocka_unit_test(a_wrong_code_or_a_recovery_code_gets_no_new_ones),
      cmocka_unit_test(an_sms_for_new_codes_logs_nobody_in),
      cmocka_unit_test(a_reset_factor_takes_the_codes_with_it),
      cmocka_unit_test(who_loses_the_factor_is_told_by_mail),
      cmocka_unit_test(a_factor_stays_if_the_notice_cannot_be_queued),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
