#include "domain/names.hpp"

#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// Each of the first `count` enumerators has a name of its own that leads back to it.
template <class Enum, class Parse>
void assert_round_trip(int count, Parse&& parse) {
  for (int number = 0; number < count; ++number) {
    const auto value = static_cast<Enum>(number);
    assert_true(name_of(value) != "unknown");
    assert_true(parse(name_of(value)) == value);
  }
  assert_true(name_of(static_cast<Enum>(count)) == "unknown");
  for (const char* wrong : {"", "unknown", "no such name", "SMS", "sms "}) {
    assert_false(parse(wrong).has_value());
  }
}

void each_name_leads_back_to_its_value(void**) {
  // R8
  assert_round_trip<AccountState>(3, parse_account_state);
  assert_round_trip<FactorKind>(2, parse_factor_kind);
  assert_round_trip<RegistrationStep>(10, parse_registration_step);
  assert_round_trip<ChallengePurpose>(3, parse_challenge_purpose);
  assert_round_trip<AttemptKind>(17, parse_attempt_kind);
  assert_round_trip<SessionKind>(2, parse_session_kind);
  assert_round_trip<Channel>(2, parse_channel);
  assert_round_trip<MessageState>(5, parse_message_state);
}

void stored_names_never_change(void**) {
  // R13
  test::assert_text(name_of(RegistrationStep::credentials), "credentials");
  test::assert_text(name_of(RegistrationStep::log_in), "log_in");
  test::assert_text(name_of(AccountState::activating), "activating");
  test::assert_text(name_of(AttemptKind::mail_to_person), "mail_to_person");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_name_leads_back_to_its_value),
      cmocka_unit_test(stored_names_never_change),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
