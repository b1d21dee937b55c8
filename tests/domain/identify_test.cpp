#include <chrono>
#include <string>

#include "support/house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kUnknownAhv = "756.1234.5678.97";

void a_right_letter_leads_to_the_credentials(void**) {
  // R8, R9
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(house);
  const auto view = house.registration->view(token);
  assert_ok(view);
  assert_true((*view)->step == RegistrationStep::credentials);
  const auto row = house.registration->find(token);
  assert_text((*row)->terms.version, "2026-01");
  assert_text((*row)->terms.hash, "00ff");
  assert_int_equal(to_millis((*row)->terms.accepted), to_millis(house.clock.now()));
}

void nothing_tells_which_of_the_three_was_wrong(void**) {
  // R7
  House house;
  house.invite(kAhv, kBorn, kCode);
  assert_true(reason_of(house.identify(kUnknownAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  assert_true(reason_of(house.identify(kAhv, "18.04.1963", kCode)) == RefusalReason::wrong_data);
  assert_true(reason_of(house.identify(kAhv, kBorn, "AAAA-BBBB")) == RefusalReason::wrong_data);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode, "1e")) == RefusalReason::wrong_data);
}

void a_used_or_expired_letter_is_refused_like_a_wrong_one(void**) {
  // R3, R7
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_app(house);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);

  House late;
  late.invite(kAhv, kBorn, kCode);
  late.clock.advance(400 * 24h);
  assert_true(reason_of(late.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  late.clock.advance(-1s);
  (void)identified(late);
}

void the_next_letter_kills_the_one_before(void**) {
  // R3
  House house;
  house.invite(kAhv, kBorn, kCode);
  house.invite(kAhv, kBorn, "NEXT-CODE-2222");
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  (void)identified(house, kAhv, "NEXT-CODE-2222");
}

void a_reissued_code_counts_and_the_old_one_is_dead(void**) {
  // R2, R3
  House house;
  house.invite(kAhv, kBorn, kCode);
  const auto issued = house.administration->issue_code(*AhvNumber::parse(kAhv), PortalId("flex"),
                                                       AudienceId("insured"), house.admin);
  assert_ok(issued);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  const Secret printed = issued->code.printed();
  (void)identified(house, kAhv, printed.reveal());
}

void five_wrong_in_a_quarter_of_an_hour_throttle_known_and_unknown_alike(void**) {
  // R6, R7
  House house({.wrong_data_per_address = 1000});
  house.invite(kAhv, kBorn, kCode);
  for (const std::string_view ahv : {kAhv, kUnknownAhv}) {
    for (int i = 0; i < 5; ++i) {
      assert_true(reason_of(house.identify(ahv, kBorn, "WRONG")) == RefusalReason::wrong_data);
    }
    assert_true(reason_of(house.identify(ahv, kBorn, "WRONG")) == RefusalReason::too_many_tries);
  }
  // Even the right data have to wait; a throttled try is not counted against the person.
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::too_many_tries);
  house.clock.advance(15min + 1s);
  (void)identified(house);
}

void a_hundred_wrong_kill_the_letter_until_it_is_reissued(void**) {
  // R6
  House house({.wrong_data_per_address = 100'000});
  house.invite(kAhv, kBorn, kCode);
  for (int i = 0; i < 100; ++i) {
    assert_true(reason_of(house.identify(kAhv, kBorn, "WRONG")) == RefusalReason::wrong_data);
    house.clock.advance(4min);
  }
  house.clock.advance(1h);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  house.invite(kAhv, kBorn, "FRESH-CODE-99");
  (void)identified(house, kAhv, "FRESH-CODE-99");
}

/// Wrong tries at a portal, far enough apart that none of them is throttled.
void guess(House& house, int times, const std::string& portal) {
  for (int i = 0; i < times; ++i) {
    assert_true(reason_of(house.identify(kAhv, kBorn, "WRONG", portal)) ==
                RefusalReason::wrong_data);
    house.clock.advance(4min);
  }
}

void a_new_letter_for_one_portal_keeps_the_wrong_tries_at_the_other(void**) {
  // R6
  for (const bool by_import : {true, false}) {
    House house({.wrong_data_per_address = 100'000});
    house.invite(kAhv, kBorn, kCode, "flex");
    house.invite(kAhv, kBorn, "OTHER-CODE-55", "1e");
    guess(house, 99, "1e");
    if (by_import) {
      house.invite(kAhv, kBorn, "FRESH-CODE-99", "flex");
    } else {
      assert_ok(house.administration->issue_code(*AhvNumber::parse(kAhv), PortalId("flex"),
                                                 AudienceId("insured"), house.admin));
    }
    guess(house, 1, "1e");
    house.clock.advance(1h);
    assert_true(reason_of(house.identify(kAhv, kBorn, "OTHER-CODE-55", "1e")) ==
                RefusalReason::wrong_data);
    // What was reissued begins anew.
    if (by_import) (void)identified(house, kAhv, "FRESH-CODE-99");
  }
}

void a_new_letter_does_not_open_the_quarter_of_an_hour(void**) {
  // R6
  House house;
  house.invite(kAhv, kBorn, kCode);
  for (int i = 0; i < 5; ++i) {
    assert_true(reason_of(house.identify(kAhv, kBorn, "WRONG")) == RefusalReason::wrong_data);
  }
  house.invite(kAhv, kBorn, "FRESH-CODE-99");
  assert_true(reason_of(house.identify(kAhv, kBorn, "FRESH-CODE-99")) ==
              RefusalReason::too_many_tries);
  house.clock.advance(15min + 1s);
  (void)identified(house, kAhv, "FRESH-CODE-99");
}

void a_hundred_wrong_over_all_portals_kill_every_letter(void**) {
  // R6
  House house({.wrong_data_per_address = 100'000});
  house.invite(kAhv, kBorn, kCode, "flex");
  house.invite(kAhv, kBorn, "OTHER-CODE-55", "1e");
  guess(house, 50, "flex");
  guess(house, 50, "1e");
  house.clock.advance(1h);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode, "flex")) == RefusalReason::wrong_data);
  assert_true(reason_of(house.identify(kAhv, kBorn, "OTHER-CODE-55", "1e")) ==
              RefusalReason::wrong_data);
  house.invite(kAhv, kBorn, "FRESH-CODE-99", "flex");
  (void)identified(house, kAhv, "FRESH-CODE-99");
}

void one_address_gets_twenty_wrong_tries_an_hour(void**) {
  // R6
  House house;
  house.invite(kAhv, kBorn, kCode);
  // Twenty different numbers, so that none of them is throttled by itself.
  int tried = 0;
  for (int i = 0; tried < 20; ++i) {
    const std::string base = "7560000" + std::to_string(10'000 + i);
    for (char check = '0'; check <= '9'; ++check) {
      const auto number = AhvNumber::parse(base + check);
      if (!number) continue;
      assert_true(reason_of(house.identify(number->digits(), kBorn, "WRONG")) ==
                  RefusalReason::wrong_data);
      ++tried;
    }
  }
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::too_many_tries);
  house.clock.advance(1h + 1s);
  (void)identified(house);
}

void a_new_start_ends_the_registration_before(void**) {
  // R13
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret first = identified(house);
  const Secret second = identified(house);
  assert_true((*house.registration->view(first))->step == RegistrationStep::abandoned);
  assert_true((*house.registration->view(second))->step == RegistrationStep::credentials);
}

void a_strange_token_is_of_no_registration(void**) {
  // R8
  House house;
  assert_false(house.registration->view(Secret("nonsense"))->has_value());
  assert_true(reason_of(house.registration->confirm_mail(Secret("nonsense"), Secret("12345678"),
                                                         house.source)) ==
              RefusalReason::start_again);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_right_letter_leads_to_the_credentials),
      cmocka_unit_test(nothing_tells_which_of_the_three_was_wrong),
      cmocka_unit_test(a_used_or_expired_letter_is_refused_like_a_wrong_one),
      cmocka_unit_test(the_next_letter_kills_the_one_before),
      cmocka_unit_test(a_reissued_code_counts_and_the_old_one_is_dead),
      cmocka_unit_test(five_wrong_in_a_quarter_of_an_hour_throttle_known_and_unknown_alike),
      cmocka_unit_test(a_hundred_wrong_kill_the_letter_until_it_is_reissued),
      cmocka_unit_test(a_new_letter_for_one_portal_keeps_the_wrong_tries_at_the_other),
      cmocka_unit_test(a_new_letter_does_not_open_the_quarter_of_an_hour),
      cmocka_unit_test(a_hundred_wrong_over_all_portals_kill_every_letter),
      cmocka_unit_test(one_address_gets_twenty_wrong_tries_an_hour),
      cmocka_unit_test(a_new_start_ends_the_registration_before),
      cmocka_unit_test(a_strange_token_is_of_no_registration),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
