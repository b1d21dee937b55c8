#include "domain/factor_change.hpp"

#include "login_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kOther = "079 765 43 21";

/// Anna, registered by SMS and logged in on the web.
struct LoggedIn {
  House house;
  Session session;

  LoggedIn() {
    house.invite(kAhv, kBorn, kCode);
    (void)registered_by_sms(house);
    house.clock.advance(1min);
    const AccountId account = house.administration->show(kName, "masked", house.admin)->account.id;
    const auto token = house.sessions->open_web({account, FactorKind::sms, DecisionId::random()},
                                                PortalId("flex"), house.source);
    assert_ok(token);
    session = **house.sessions->resume_web(*token, PortalId("flex"));
  }

  FactorChanger who() { return {session, house.source}; }

  static FactorChangeService::Kept kept(FactorChangeService::Step step) {
    assert_ok(step);
    if (!std::holds_alternative<FactorChangeService::Kept>(*step)) fail_msg("%s", "not kept");
    return std::move(std::get<FactorChangeService::Kept>(*step));
  }

  static RefusalReason refused(const FactorChangeService::Step& step) {
    assert_ok(step);
    if (!std::holds_alternative<Refusal>(*step)) fail_msg("%s", "not refused");
    return std::get<Refusal>(*step).reason;
  }

  /// At the choice, password and present factor shown.
  FactorChangeService::Kept proven() {
    const auto called = house.factor_change->call_factor(who());
    assert_ok(called);
    assert_false(called->has_value());
    return kept(house.factor_change->begin(who(), Secret(kPassword), house.code_sent()));
  }

  /// The other number takes the place of the first.
  void change_number() {
    FactorChangeService& change = *house.factor_change;
    const auto chosen = kept(change.choose(who(), proven().state, FactorKind::sms));
    const auto sent =
        kept(change.give_phone(who(), chosen.state, *PhoneNumber::parse(kOther, "CH")));
    const auto done = change.confirm(who(), sent.state, house.code_sent());
    assert_ok(done);
    assert_true(std::holds_alternative<FactorChangeService::Done>(*done));
  }
};

void a_code_that_went_to_the_old_number_counts_no_more(void**) {
  // A3, S1, T8: whoever has the telephone that was stolen has its last code too
  LoggedIn person;
  House& house = person.house;
  LoginConversation waiting = at_the_code(house);
  const Secret old = house.code_sent();
  house.clock.advance(31s);
  person.change_number();
  assert_true(refusal_of(house.login->answer(waiting, old)) == RefusalReason::wrong_code);
  house.clock.advance(31s);
  LoginConversation next = at_the_code(house);
  const Secret fresh = house.code_sent();
  assert_true(is_granted(house.login->answer(next, fresh)));
}

void a_login_that_waits_at_its_last_step_ends_with_the_sessions(void**) {
  // W4: both factors were shown, and the owner has changed one before the session opened
  LoggedIn person;
  House& house = person.house;
  LoginConversation pending;
  pending.account = person.session.account;
  pending.portal = PortalId("flex");
  const auto token = house.sessions->keep_pending(pending, RegistrationId());
  assert_ok(token);
  person.change_number();
  const Granted granted{person.session.account, FactorKind::sms, DecisionId::random()};
  assert_error(house.sessions->open_web(granted, PortalId("flex"), house.source, &*token),
               Errc::denied);
  const auto later = house.sessions->keep_pending(pending, RegistrationId());
  assert_ok(later);
  assert_ok(house.sessions->open_web(granted, PortalId("flex"), house.source, &*later));
  assert_error(house.sessions->open_web(granted, PortalId("flex"), house.source, &*later),
               Errc::denied);
}

void what_the_browser_keeps_counts_for_its_session_and_factor(void**) {
  // A3, W1
  LoggedIn person;
  FactorChangeService& change = *person.house.factor_change;
  const auto proven = person.proven();
  Session other = person.session;
  other.id = SessionId::random();
  const FactorChanger stranger{other, person.house.source};
  assert_true(person.refused(change.choose(stranger, proven.state, FactorKind::sms)) ==
              RefusalReason::start_again);
  std::string torn(proven.state.reveal());
  torn.back() = torn.back() == 'A' ? 'B' : 'A';
  torn[torn.size() / 2] = torn[torn.size() / 2] == 'A' ? 'B' : 'A';
  for (const Secret& forged : {Secret(torn), Secret(), Secret("AAAA")}) {
    assert_true(person.refused(change.choose(person.who(), forged, FactorKind::sms)) ==
                RefusalReason::start_again);
  }
  // A code is asked for before it is judged, and a lock keeps everything as it is.
  assert_true(person.refused(change.confirm(person.who(), proven.state, Secret("447683"))) ==
              RefusalReason::start_again);
  assert_ok(person.house.administration->lock(kName, person.house.admin));
  assert_true(person.refused(change.choose(person.who(), proven.state, FactorKind::sms)) ==
              RefusalReason::start_again);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_code_that_went_to_the_old_number_counts_no_more),
      cmocka_unit_test(a_login_that_waits_at_its_last_step_ends_with_the_sessions),
      cmocka_unit_test(what_the_browser_keeps_counts_for_its_session_and_factor),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
