#include "domain/sms_budget.hpp"

#include <string>
#include <vector>

#include "domain/login_house.hpp"
#include "domain/ports/sms_way.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kSecondAhv = "756.1234.5678.97";
constexpr std::string_view kSecondCode = "SPOU-SECO-DE22";
constexpr std::string_view kNumber = "+41791234567";

/// Asks for one SMS to a number; empty if it may go.
std::string spent(House& house, const SmsSettings& settings, SmsPurpose purpose, int number,
                  const std::string& address) {
  const auto phone = PhoneNumber::parse("+4179" + std::to_string(1'000'000 + number), "CH");
  assert_ok(phone);
  const auto refused = in_write<std::optional<RefusalReason>>(
      *house.store, "test.spend", [&](Transaction& transaction) {
        return spend_sms(transaction, settings, purpose, *phone, Source{address, "web"},
                         house.clock.now());
      });
  assert_ok(refused);
  return *refused ? std::string(name_of(**refused)) : "";
}

std::vector<std::string> alarms(House& house) {
  const auto records = in_read<std::vector<AuditRecord>>(
      *house.store, [](Transaction& transaction) { return transaction.audit().read(0, 10'000); });
  assert_ok(records);
  std::vector<std::string> told;
  for (const AuditRecord& record : *records) {
    if (record.event.what == "alarm.sms_budget") told.push_back(record.event.reason);
  }
  return told;
}

void who_enrols_the_number_of_another_keeps_nobody_from_logging_in(void**) {
  // S2
  House house;
  house.invite(kAhv, kBorn, kCode);
  house.invite(kSecondAhv, kBorn, kSecondCode);
  (void)registered_by_sms(house);
  const Secret outsider = mail_proven(house, "eve.muster@example.ch", kSecondAhv, kSecondCode);
  RegistrationService& registration = *house.registration;
  (void)registration.choose_factor(outsider, FactorKind::sms, house.source);
  const PhoneNumber phone = *PhoneNumber::parse(kNumber, "CH");
  const Source elsewhere{"198.51.100.9", "web"};
  int sent = 0;
  for (int hour = 0; hour < 3; ++hour) {
    for (int i = 0; i < 5; ++i) {
      house.clock.advance(1min);
      const auto outcome = registration.give_phone(outsider, phone, elsewhere);
      assert_ok(outcome);
      sent += std::holds_alternative<RegistrationStep>(*outcome);
    }
    house.clock.advance(1h);
  }
  // An enrolment has S2's limits: with the owner's own SMS these are ten in a day.
  assert_int_equal(sent, 9);
  (void)house.sent();
  LoginConversation person = at_the_code(house);
  assert_true(is_granted(house.login->answer(person, house.code_sent())));
}

void an_enrolment_seconds_ago_makes_no_login_wait(void**) {
  // S2
  House house;
  const SmsSettings settings;
  assert_text(spent(house, settings, SmsPurpose::enrol, 1, "192.0.2.1"), "");
  assert_text(spent(house, settings, SmsPurpose::log_in, 1, "192.0.2.2"), "");
  assert_text(spent(house, settings, SmsPurpose::enrol, 1, "192.0.2.1"), "must_wait");
  assert_text(spent(house, settings, SmsPurpose::log_in, 1, "192.0.2.2"), "must_wait");
}

void each_use_of_a_number_has_five_an_hour_and_ten_a_day(void**) {
  // S2
  for (const SmsPurpose purpose : {SmsPurpose::log_in, SmsPurpose::enrol}) {
    House house;
    const SmsSettings settings;
    for (int batch = 0; batch < 2; ++batch) {
      for (int i = 0; i < 5; ++i) {
        assert_text(spent(house, settings, purpose, 1, "192.0.2.1"), "");
        house.clock.advance(31s);
      }
      assert_text(spent(house, settings, purpose, 1, "192.0.2.1"), "too_many_tries");
      house.clock.advance(1h);
    }
    assert_text(spent(house, settings, purpose, 1, "192.0.2.1"), "too_many_tries");
    house.clock.advance(24h);
    assert_text(spent(house, settings, purpose, 1, "192.0.2.1"), "");
  }
}

void one_address_gets_twenty_an_hour(void**) {
  // S2
  House house;
  const SmsSettings settings;
  for (int number = 0; number < 20; ++number) {
    const SmsPurpose purpose = number % 2 == 0 ? SmsPurpose::log_in : SmsPurpose::enrol;
    assert_text(spent(house, settings, purpose, number, "192.0.2.1"), "");
  }
  assert_text(spent(house, settings, SmsPurpose::log_in, 99, "192.0.2.1"), "too_many_tries");
  assert_text(spent(house, settings, SmsPurpose::log_in, 99, "192.0.2.2"), "");
}

void the_budget_of_all_ends_with_an_alarm_before(void**) {
  // S2, J1
  House house;
  SmsSettings settings;
  settings.in_all_and_hour = 10;
  int number = 0;
  const auto send = [&] {
    ++number;
    return spent(house, settings, SmsPurpose::log_in, number, "192.0.2." + std::to_string(number));
  };
  for (int i = 0; i < 7; ++i) assert_text(send(), "");
  assert_int_equal(alarms(house).size(), 0);
  assert_text(send(), "");
  assert_int_equal(alarms(house).size(), 1);
  assert_text(alarms(house)[0], "80 % of 10 SMS in an hour");
  for (int i = 0; i < 2; ++i) assert_text(send(), "");
  assert_int_equal(alarms(house).size(), 2);
  assert_text(alarms(house)[1], "100 % of 10 SMS in an hour");
  // "Not possible at the moment", and no more words about it.
  for (int i = 0; i < 5; ++i) assert_text(send(), "unavailable");
  assert_int_equal(alarms(house).size(), 2);
  house.clock.advance(1h + 1s);
  for (int i = 0; i < 8; ++i) assert_text(send(), "");
  assert_int_equal(alarms(house).size(), 3);
}

void the_budget_of_a_day_counts_as_well(void**) {
  // S2
  House house;
  SmsSettings settings;
  settings.in_all_and_day = 4;
  for (int number = 0; number < 4; ++number) {
    assert_text(spent(house, settings, SmsPurpose::log_in, number, "192.0.2.1"), "");
    house.clock.advance(5h);
  }
  assert_text(spent(house, settings, SmsPurpose::log_in, 5, "192.0.2.1"), "unavailable");
  house.clock.advance(5h);
  assert_text(spent(house, settings, SmsPurpose::log_in, 5, "192.0.2.1"), "");
}

void enrolments_leave_half_of_all_to_the_logins(void**) {
  // S2
  House house;
  SmsSettings settings;
  settings.in_all_and_hour = 10;
  for (int number = 0; number < 5; ++number) {
    assert_text(spent(house, settings, SmsPurpose::enrol, number, "192.0.2.1"), "");
  }
  assert_text(spent(house, settings, SmsPurpose::enrol, 6, "192.0.2.1"), "unavailable");
  assert_text(alarms(house).back(), "100 % of 5 SMS for enrolments in an hour");
  for (int number = 0; number < 5; ++number) {
    assert_text(spent(house, settings, SmsPurpose::log_in, number, "192.0.2.2"), "");
  }
  assert_text(spent(house, settings, SmsPurpose::log_in, 6, "192.0.2.2"), "unavailable");
}

void a_person_reads_that_it_is_not_possible_at_the_moment(void**) {
  // S2
  SmsSettings tight;
  tight.in_all_and_hour = 2;
  House house({.sms = tight}, {.sms = tight});
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  house.clock.advance(1min);
  LoginConversation person = at_the_code(house);
  assert_true(is_granted(house.login->answer(person, house.code_sent())));
  house.clock.advance(1min);
  LoginConversation again = conversation(house);
  assert_true(refusal_of(house.login->answer(again, Secret(kPassword))) ==
              RefusalReason::unavailable);
  assert_true(house.sent().empty());
  assert_int_equal(house.event_count("login.challenge", "unavailable"), 1);
}

void the_terminals_of_this_host_are_no_address(void**) {
  // S2: nor are the services that do not say from where
  House house;
  const SmsSettings settings;
  for (int number = 0; number < 30; ++number)
    assert_text(spent(house, settings, SmsPurpose::log_in, number, "local"), "");
}

struct Road final : SmsWay {
  bool is_open() const override { return open; }
  bool open = false;
};

void nobody_is_asked_for_a_code_that_cannot_be_sent(void**) {
  // S2, S3: when every gateway fails; and it uses up no budget
  House house;
  Road road;
  SmsSettings settings;
  settings.way = &road;
  for (int i = 0; i < 30; ++i) {
    assert_text(spent(house, settings, SmsPurpose::log_in, 1, "198.51.100.7"), "unavailable");
    assert_text(spent(house, settings, SmsPurpose::enrol, 1, "198.51.100.7"), "unavailable");
  }
  road.open = true;
  assert_text(spent(house, settings, SmsPurpose::log_in, 1, "198.51.100.7"), "");
  // One that went out seconds ago may still arrive.
  road.open = false;
  assert_text(spent(house, settings, SmsPurpose::log_in, 1, "198.51.100.7"), "must_wait");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(who_enrols_the_number_of_another_keeps_nobody_from_logging_in),
      cmocka_unit_test(an_enrolment_seconds_ago_makes_no_login_wait),
      cmocka_unit_test(each_use_of_a_number_has_five_an_hour_and_ten_a_day),
      cmocka_unit_test(one_address_gets_twenty_an_hour),
      cmocka_unit_test(the_budget_of_all_ends_with_an_alarm_before),
      cmocka_unit_test(the_budget_of_a_day_counts_as_well),
      cmocka_unit_test(enrolments_leave_half_of_all_to_the_logins),
      cmocka_unit_test(a_person_reads_that_it_is_not_possible_at_the_moment),
      cmocka_unit_test(the_terminals_of_this_host_are_no_address),
      cmocka_unit_test(nobody_is_asked_for_a_code_that_cannot_be_sent),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
