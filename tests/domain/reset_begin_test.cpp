// How a reset begins: what an address tells (nothing), how often, and what an administrator may.

#include "domain/password_reset.hpp"
#include "reset_house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

PasswordResetService::Begun take_up(House& house, const Secret& code,
                                    std::string_view email = kName) {
  return house.password_reset->take_up(*house.portals.find(PortalId("flex")),
                                       *EmailAddress::parse(email), code, Language::fr,
                                       house.source);
}

void an_unknown_address_is_answered_alike_to_the_end(void**) {
  // L5, R14
  House house;
  (void)with_app(house);
  (void)house.sent();
  const Secret known = token_of(begin_reset(house));
  assert_int_equal(house.sent().size(), 1);
  const Secret unknown = token_of(begin_reset(house, "nobody@example.ch"));
  assert_true(house.sent().empty());
  const auto of_known = house.password_reset->view(known);
  const auto of_unknown = house.password_reset->view(unknown);
  assert_ok(of_known);
  assert_ok(of_unknown);
  assert_true((*of_known)->step == (*of_unknown)->step);
  assert_int_equal((*of_known)->mail_resends_left, (*of_unknown)->mail_resends_left);
  assert_true((*of_known)->resend_in == (*of_unknown)->resend_in);
  assert_text((*of_unknown)->email, "nobody@example.ch");
  house.clock.advance(30s);
  for (const Secret* token : {&known, &unknown})
    assert_true(reached(house.password_reset->resend_mail(*token, house.source)) ==
                ResetStep::mail_code);
  assert_int_equal(house.sent().size(), 1);
  for (int i = 0; i < 5; ++i) {
    const auto one = house.password_reset->confirm_mail(known, Secret("123"), house.source);
    const auto other = house.password_reset->confirm_mail(unknown, Secret("123"), house.source);
    assert_true(reason_of(one) == reason_of(other));
  }
  assert_true(step_at(house, known) == ResetStep::abandoned);
  assert_true(step_at(house, unknown) == ResetStep::abandoned);
}

void an_address_gets_five_mails_an_hour_whether_it_has_an_account_or_not(void**) {
  // L5, S2
  House house;
  (void)with_app(house);
  for (const std::string_view email : {kName, std::string_view("nobody@example.ch")}) {
    for (int i = 0; i < 5; ++i) (void)token_of(begin_reset(house, email));
    assert_true(reason_of(begin_reset(house, email)) == RefusalReason::too_many_tries);
  }
  house.clock.advance(1h);
  (void)token_of(begin_reset(house));
  assert_int_equal(house.event_count("password_reset.begin", "rate_limited"), 2);
}

void a_source_begins_twenty_in_an_hour(void**) {
  // S2
  House house;
  for (int i = 0; i < 20; ++i)
    (void)token_of(begin_reset(house, "nobody" + std::to_string(i) + "@example.ch"));
  assert_true(reason_of(begin_reset(house, "other@example.ch")) == RefusalReason::too_many_tries);
  house.source.address = "192.0.2.8";
  (void)token_of(begin_reset(house, "other@example.ch"));
}

void resends_end_after_four(void**) {
  // R10
  House house;
  (void)with_app(house);
  const Secret token = token_of(begin_reset(house));
  for (int i = 0; i < 4; ++i) {
    house.clock.advance(10min);
    const auto outcome = house.password_reset->resend_mail(token, house.source);
    assert_true(reached(outcome) == ResetStep::mail_code);
  }
  house.clock.advance(10min);
  const auto shown = house.password_reset->view(token);
  assert_ok(shown);
  assert_int_equal((*shown)->mail_resends_left, 0);
  assert_true(reason_of(house.password_reset->resend_mail(token, house.source)) ==
              RefusalReason::too_many_tries);
}

void an_administrator_starts_it_and_the_person_takes_it_up(void**) {
  // P5, J1
  House house;
  const Secret seed = with_app(house);
  (void)house.sent();
  assert_ok(house.administration->start_reset(kName, house.admin));
  const auto mails = house.sent();
  assert_int_equal(mails.size(), 1);
  assert_text(mails[0].text, "mail.reset_started");
  assert_text(mails[0].recipient, kName);
  const Secret code(mails[0].values.at("code"));
  assert_true(logs_in(house, kPassword, seed));
  house.clock.advance(23h);
  const Secret token = token_of(take_up(house, code));
  assert_true(step_at(house, token) == ResetStep::factor);
  assert_true(reason_of(take_up(house, code)) == RefusalReason::wrong_code);
  assert_true(reached(change_to(house, token)) == ResetStep::factor);
  assert_true(reached(house.password_reset->confirm_factor(
                  token, code_now(house, seed), house.source)) == ResetStep::new_password);
  assert_true(reached(change_to(house, token)) == ResetStep::done);
  assert_true(logs_in(house, kNext, seed));
  assert_int_equal(house.event_count("password_reset.started"), 1);
  assert_int_equal(house.event_count("password_reset.take_up"), 1);
}

void a_started_reset_ends_after_a_day_and_with_the_next_one(void**) {
  // P5, R10
  House house;
  (void)with_app(house);
  (void)house.sent();
  assert_ok(house.administration->start_reset(kName, house.admin));
  const Secret first = house.code_sent();
  assert_ok(house.administration->start_reset(kName, house.admin));
  const Secret second = house.code_sent();
  assert_true(reason_of(take_up(house, first)) == RefusalReason::wrong_code);
  house.clock.advance(24h);
  assert_true(reason_of(take_up(house, second)) == RefusalReason::wrong_code);
}

void codes_to_begin_with_are_guessed_five_times_by_whomever(void**) {
  // L5, R10
  House house;
  (void)with_app(house);
  (void)house.sent();
  assert_ok(house.administration->start_reset(kName, house.admin));
  const Secret code = house.code_sent();
  for (const std::string_view email : {kName, std::string_view("nobody@example.ch")}) {
    for (int i = 0; i < 5; ++i)
      assert_true(reason_of(take_up(house, Secret("123"), email)) == RefusalReason::wrong_code);
    assert_true(reason_of(take_up(house, Secret("123"), email)) == RefusalReason::too_many_tries);
  }
  assert_true(reason_of(take_up(house, code)) == RefusalReason::too_many_tries);
  // The next one begins anew.
  assert_ok(house.administration->start_reset(kName, house.admin));
  (void)token_of(take_up(house, house.code_sent()));
}

void a_code_of_the_page_takes_up_nothing(void**) {
  // S1
  House house;
  (void)with_app(house);
  (void)house.sent();
  (void)token_of(begin_reset(house));
  assert_true(reason_of(take_up(house, house.code_sent())) == RefusalReason::wrong_code);
}

void nothing_is_started_for_whoever_cannot_end_it(void**) {
  // P5, A2
  House house;
  (void)with_app(house);
  AdministrationService& administration = *house.administration;
  assert_error(administration.start_reset("nobody@example.ch", house.admin), Errc::not_found);
  assert_ok(administration.lock(kName, house.admin));
  assert_error(administration.start_reset(kName, house.admin), Errc::conflict);
  assert_ok(administration.unlock(kName, house.admin));
  assert_ok(administration.disable(kName, house.admin));
  assert_error(administration.start_reset(kName, house.admin), Errc::conflict);
  assert_ok(administration.enable(kName, house.admin));
  assert_ok(administration.reset_factor(kName, house.admin));
  assert_error(administration.start_reset(kName, house.admin), Errc::conflict);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_unknown_address_is_answered_alike_to_the_end),
      cmocka_unit_test(an_address_gets_five_mails_an_hour_whether_it_has_an_account_or_not),
      cmocka_unit_test(a_source_begins_twenty_in_an_hour),
      cmocka_unit_test(resends_end_after_four),
      cmocka_unit_test(an_administrator_starts_it_and_the_person_takes_it_up),
      cmocka_unit_test(a_started_reset_ends_after_a_day_and_with_the_next_one),
      cmocka_unit_test(codes_to_begin_with_are_guessed_five_times_by_whomever),
      cmocka_unit_test(a_code_of_the_page_takes_up_nothing),
      cmocka_unit_test(nothing_is_started_for_whoever_cannot_end_it),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
