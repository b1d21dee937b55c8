#include "domain/sms_pumping.hpp"

#include <string>
#include <vector>

#include "domain/login_house.hpp"
#include "domain/sms_budget.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Ten codes in ten minutes, of which eight must have been used.
SmsSettings watchful() {
  SmsSettings settings;
  settings.code_lifetime = 5min;
  settings.unverified_window = 10min;
  settings.unverified_minimum = 10;
  settings.unverified_percent = 80;
  settings.per_address_and_hour = 1'000;
  return settings;
}

/// Numbers that could be mobile ones: seven digits stand behind each prefix.
int first_of(std::string_view prefix) { return prefix == "+423" ? 7'901'000 : 1'000'000; }

/// Numbers in sequence, so that no budget of one number is used up.
class Pump {
 public:
  Pump(House& house, SmsSettings settings) : house_(house), settings_(std::move(settings)) {}

  void send(int count, bool used, const std::string& prefix = "+4179") {
    for (int i = 0; i < count; ++i) {
      const auto phone =
          PhoneNumber::parse(prefix + std::to_string(first_of(prefix) + next_++), "CH");
      assert_ok(phone);
      const UtcTime now = house_.clock.now();
      assert_ok(house_.store->write("test.send", [&](Transaction& transaction) -> Result<void> {
        const auto refused = spend_sms(transaction, settings_, SmsPurpose::enrol, *phone,
                                       Source{"192.0.2.1", "web"}, now);
        if (!refused) return fail(refused.error());
        assert_false(refused->has_value());
        return used ? note_verified(transaction, *phone, now) : Result<void>();
      }));
    }
  }

 private:
  House& house_;
  SmsSettings settings_;
  int next_ = 0;
};

std::vector<std::string> alarms(House& house) {
  const auto records = in_read<std::vector<AuditRecord>>(
      *house.store, [](Transaction& transaction) { return transaction.audit().read(0, 10'000); });
  assert_ok(records);
  std::vector<std::string> told;
  for (const AuditRecord& record : *records) {
    if (record.event.what == "alarm.sms_unverified") told.push_back(record.event.reason);
  }
  return told;
}

void codes_that_nobody_types_raise_an_alarm_once_in_a_window(void**) {
  // S2, J1
  House house;
  Pump pump(house, watchful());
  pump.send(8, false);
  pump.send(2, true);
  // They may still be typed.
  assert_int_equal(alarms(house).size(), 0);
  house.clock.advance(5min + 1s);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 1);
  assert_text(alarms(house)[0], "8 of 10 SMS codes to +41 sent in 10 minutes were never used");
  pump.send(20, false);
  assert_int_equal(alarms(house).size(), 1);
  house.clock.advance(10min + 1s);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 2);
}

void few_codes_and_used_ones_raise_none(void**) {
  // S2
  House house;
  Pump pump(house, watchful());
  pump.send(9, false);
  house.clock.advance(5min + 1s);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 0);
  house.clock.advance(1h);
  pump.send(7, false);
  pump.send(3, true);
  house.clock.advance(5min + 1s);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 0);
  // What was sent before the window does not count.
  house.clock.advance(1h);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 0);
}

void a_country_that_is_pumped_does_not_hide_among_the_others(void**) {
  // S2
  House house;
  Pump pump(house, watchful());
  pump.send(40, true);
  pump.send(10, false, "+423");
  house.clock.advance(5min + 1s);
  pump.send(1, true);
  assert_int_equal(alarms(house).size(), 0);
  pump.send(1, true, "+423");
  assert_int_equal(alarms(house).size(), 1);
  assert_text(alarms(house)[0], "10 of 10 SMS codes to +423 sent in 10 minutes were never used");
}

void countries_that_are_few_each_are_told_of_together(void**) {
  // S2
  House house;
  Pump pump(house, watchful());
  pump.send(6, false);
  pump.send(6, false, "+423");
  house.clock.advance(5min + 1s);
  pump.send(1, true);
  assert_int_equal(alarms(house).size(), 1);
  assert_text(alarms(house)[0], "12 of 12 SMS codes sent in 10 minutes were never used");
}

void the_alarm_can_be_switched_off(void**) {
  // S2
  House house;
  SmsSettings settings = watchful();
  settings.unverified_minimum = 0;
  Pump pump(house, settings);
  pump.send(30, false);
  house.clock.advance(5min + 1s);
  pump.send(1, false);
  assert_int_equal(alarms(house).size(), 0);
}

void registrations_and_logins_that_end_well_are_no_pumping(void**) {
  // S2: the codes that people type are noted wherever they type them
  SmsSettings settings = watchful();
  settings.unverified_minimum = 2;
  settings.unverified_percent = 50;
  House house({.sms = settings}, {.sms = settings});
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_sms(house);
  house.clock.advance(1min);
  LoginConversation person = at_the_code(house);
  assert_true(is_granted(house.login->answer(person, house.code_sent())));
  house.clock.advance(5min + 1s);
  LoginConversation next = at_the_code(house);
  assert_int_equal(alarms(house).size(), 0);
  // And those that they do not type count.
  house.clock.advance(1min);
  LoginConversation again = at_the_code(house);
  house.clock.advance(5min + 1s);
  LoginConversation last = at_the_code(house);
  assert_int_equal(alarms(house).size(), 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(codes_that_nobody_types_raise_an_alarm_once_in_a_window),
      cmocka_unit_test(few_codes_and_used_ones_raise_none),
      cmocka_unit_test(a_country_that_is_pumped_does_not_hide_among_the_others),
      cmocka_unit_test(countries_that_are_few_each_are_told_of_together),
      cmocka_unit_test(the_alarm_can_be_switched_off),
      cmocka_unit_test(registrations_and_logins_that_end_well_are_no_pumping),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
