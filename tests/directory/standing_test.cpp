// How attributes, policy and the server's own word make a standing. No server.
#include "directory/standing.hpp"

#include <chrono>

#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono;
using directory::FoundEntry;
using directory::judge_standing;
using directory::Policy;
using directory::Usability;

namespace {

const UtcTime kNow = sys_days(year(2026) / 3 / 1) + 12h;

FoundEntry entry_with(std::vector<std::pair<std::string, std::string>> values) {
  return {"uid=x", std::move(values), std::nullopt};
}

Policy locking_for(seconds duration) {
  Policy policy;
  policy.lockout = true;
  policy.lockout_duration = duration;
  return policy;
}

bool locked(const char* attribute, const char* value, const std::optional<Policy>& policy) {
  return judge_standing(entry_with({{attribute, value}}), policy, kNow).locked;
}

void a_lock_lasts_as_long_as_the_policy_says(void**) {
  // M4
  const char* attribute = "pwdAccountLockedTime";
  assert_true(locked(attribute, "20260301115900Z", locking_for(61s)));
  assert_true(locked(attribute, "20260301115900.123456Z", locking_for(61s)));
  assert_false(locked(attribute, "20260301115900Z", locking_for(60s)));
  assert_true(locked(attribute, "20200101000000Z", locking_for(0s)));
  assert_true(locked(attribute, "000001010000Z", locking_for(60s)));
  assert_true(locked(attribute, "00000101000000Z", locking_for(60s)));
  Policy none;
  assert_false(locked(attribute, "000001010000Z", none));
  assert_true(locked("pwdAccountTmpLockoutEnd", "20260301120001Z", locking_for(60s)));
  assert_false(locked("pwdAccountTmpLockoutEnd", "20260301120000Z", locking_for(60s)));
}

void a_lock_for_good_is_an_administrators(void**) {
  // M4, P4
  const auto by_administrator = [](const char* value) {
    return judge_standing(entry_with({{"pwdAccountLockedTime", value}}), locking_for(0s), kNow)
        .locked_by_administrator;
  };
  assert_true(by_administrator("000001010000Z"));
  assert_true(by_administrator("yesterday"));
  assert_false(by_administrator("20200101000000Z"));
  assert_false(judge_standing(entry_with({}), std::nullopt, kNow).locked_by_administrator);
}

void without_a_policy_each_sign_of_a_lock_is_one(void**) {
  // M4
  assert_true(locked("pwdAccountLockedTime", "20200101000000Z", std::nullopt));
  assert_true(locked("pwdAccountTmpLockoutEnd", "20200101000000Z", std::nullopt));
  assert_true(judge_standing(entry_with({{"pwdReset", "TRUE"}}), std::nullopt, kNow).must_change);
  assert_false(judge_standing(entry_with({{"pwdReset", "FALSE"}}), std::nullopt, kNow).must_change);
}

void a_time_that_cannot_be_read_locks(void**) {
  // M4
  for (const char* text : {"", "Z", "yesterday", "20260301", "20260301115900", "20261301115900Z",
                           "20260301115900+0100", "20260301115900.Z", "20260301115900.1xZ"})
    assert_true(locked("pwdAccountLockedTime", text, locking_for(1s)));
  for (const char* text : {"", "tomorrow"}) {
    assert_true(locked("pwdStartTime", text, locking_for(1s)));
    assert_true(locked("pwdEndTime", text, locking_for(1s)));
  }
}

void a_password_expires_by_its_age(void**) {
  // M4
  Policy policy;
  policy.max_age = 3600s;
  const auto judged = [&](const char* changed) {
    return judge_standing(entry_with({{"pwdChangedTime", changed}}), policy, kNow);
  };
  assert_false(judged("20260301110001Z").expired);
  assert_int_equal(judged("20260301110001Z").expires_in->count(), 1);
  assert_true(judged("20260301110000Z").expired);
  assert_false(judged("20260301110000Z").expires_in.has_value());
  // Older than the policy: slapd lets it be, and so do we.
  assert_false(judge_standing(entry_with({}), policy, kNow).expired);
}

void grace_logins_are_counted(void**) {
  // M4
  Policy policy;
  policy.max_age = 1s;
  policy.grace_logins = 2;
  FoundEntry entry = entry_with({{"pwdChangedTime", "20260101000000Z"}});
  for (int used = 0; used < 2; ++used) {
    assert_false(judge_standing(entry, policy, kNow).expired);
    entry.values.emplace_back("pwdGraceUseTime", "2026020100000" + std::to_string(used) + "Z");
  }
  assert_true(judge_standing(entry, policy, kNow).expired);
}

void the_servers_word_counts(void**) {
  // M4
  FoundEntry entry = entry_with({{"pwdAccountLockedTime", "20200101000000Z"}});
  entry.usability = Usability{true, false, 10s};
  EntryStanding standing = judge_standing(entry, std::nullopt, kNow);
  assert_false(standing.locked);
  assert_int_equal(standing.expires_in->count(), 10);

  entry = entry_with({});
  entry.usability = Usability{false, true, {}};
  assert_true(judge_standing(entry, locking_for(1s), kNow).locked);
  // For a reason of its own.
  entry.usability = Usability{false, false, {}};
  assert_true(judge_standing(entry, locking_for(1s), kNow).locked);
  // For a reason that we see as well: not locked then.
  Policy ageing;
  ageing.max_age = 1s;
  entry.values.emplace_back("pwdChangedTime", "20260101000000Z");
  standing = judge_standing(entry, ageing, kNow);
  assert_false(standing.locked);
  assert_true(standing.expired);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_lock_lasts_as_long_as_the_policy_says),
      cmocka_unit_test(a_lock_for_good_is_an_administrators),
      cmocka_unit_test(without_a_policy_each_sign_of_a_lock_is_one),
      cmocka_unit_test(a_time_that_cannot_be_read_locks),
      cmocka_unit_test(a_password_expires_by_its_age),
      cmocka_unit_test(grace_logins_are_counted),
      cmocka_unit_test(the_servers_word_counts),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
