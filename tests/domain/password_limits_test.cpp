#include "domain/password_limits.hpp"

#include <cstring>

#include "support/cmocka.hpp"
#include "support/fake_directory.hpp"

using namespace portal;
using namespace std::chrono_literals;
using Outcome = LimitsComparison::Outcome;

namespace {

/// As the shipped policy: 20 wrong ones in 15 minutes lock for 15 minutes.
PasswordLimits shipped() { return {true, 20, 900s, 900s, 0s}; }

LoginSettings settings_with(int max_failures, std::chrono::seconds window) {
  LoginSettings settings;
  settings.directory_max_failures = max_failures;
  settings.directory_failure_window = window;
  return settings;
}

void assert_unsafe(const LoginSettings& settings, const PasswordLimits& limits,
                   std::initializer_list<const char*> parts) {
  const LimitsComparison compared = compare_limits(settings, limits);
  assert_true(compared.outcome == Outcome::unsafe);
  for (const char* part : parts)
    if (std::strstr(compared.told.c_str(), part) == nullptr)
      fail_msg("'%s' does not say '%s'", compared.told.c_str(), part);
}

void assert_safe(const LoginSettings& settings, const PasswordLimits& limits) {
  const LimitsComparison compared = compare_limits(settings, limits);
  assert_true(compared.outcome == Outcome::safe);
  test::assert_text(compared.told, "");
}

void the_defaults_fit_the_shipped_policy(void**) {
  // T6
  assert_safe(LoginSettings{}, shipped());
}

void a_limit_that_is_higher_than_the_directorys_is_unsafe(void**) {
  // T6
  assert_safe(settings_with(20, 900s), shipped());
  assert_safe(settings_with(6, 2000s), shipped());
  assert_unsafe(settings_with(21, 900s), shipped(),
                {"login.directory_max_failures is 21", "at 20 wrong passwords (pwdMaxFailure)",
                 "for 900 s (pwdLockoutDuration)"});
  assert_unsafe(settings_with(0, 900s), shipped(), {"login.directory_max_failures is 0"});
}

void as_many_tries_for_one_source_as_lock_are_unsafe(void**) {
  // T6
  PasswordLimits limits = shipped();
  LoginSettings settings = settings_with(5, 900s);
  limits.wrong_to_lock = 5;
  settings.password_tries = 4;
  assert_safe(settings, limits);
  settings.password_tries = 5;
  assert_unsafe(settings, limits, {"login.password_tries is 5"});
}

void a_window_that_is_shorter_than_the_directorys_memory_is_unsafe(void**) {
  // T6
  assert_unsafe(settings_with(20, 899s), shipped(),
                {"login.directory_failure_window is 899 s", "for 900 s (pwdFailureCountInterval)"});
  PasswordLimits limits = shipped();
  limits.counted_for = 0s;
  limits.locked_for = 0s;
  assert_unsafe(settings_with(20, 1000h), limits,
                {"until a right one comes", "until an administrator unlocks them"});
  assert_safe(settings_with(20, 8760h), limits);
}

void a_directory_that_does_not_lock_is_safe(void**) {
  // T6
  PasswordLimits limits = shipped();
  limits.wrong_to_lock = 0;
  assert_safe(settings_with(0, 1s), limits);
  limits = shipped();
  limits.locks = false;
  assert_safe(settings_with(0, 1s), limits);
}

void a_directory_that_says_nothing_is_unknown_and_one_that_is_away_unavailable(void**) {
  // T6
  test::FakeDirectory directory;
  auto compared = compare_limits(LoginSettings{}, directory);
  assert_ok(compared);
  assert_true(compared->outcome == Outcome::unknown);
  assert_non_null(std::strstr(compared->told.c_str(), "directory.policy_dn"));
  directory.password_limits = shipped();
  compared = compare_limits(LoginSettings{}, directory);
  assert_ok(compared);
  assert_true(compared->outcome == Outcome::safe);
  directory.available = false;
  assert_error(compare_limits(LoginSettings{}, directory), Errc::unavailable);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_defaults_fit_the_shipped_policy),
      cmocka_unit_test(a_limit_that_is_higher_than_the_directorys_is_unsafe),
      cmocka_unit_test(as_many_tries_for_one_source_as_lock_are_unsafe),
      cmocka_unit_test(a_window_that_is_shorter_than_the_directorys_memory_is_unsafe),
      cmocka_unit_test(a_directory_that_does_not_lock_is_safe),
      cmocka_unit_test(a_directory_that_says_nothing_is_unknown_and_one_that_is_away_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
