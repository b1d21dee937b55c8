#include "directory/result_code.hpp"

#include <map>
#include <optional>
#include <vector>

#include "directory/password_policy.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using directory::Outcome;
using directory::PolicyAnswer;
using Fault = PolicyAnswer::Fault;
using Verdict = BindAnswer::Verdict;

namespace {

/// RFC 4511 appendix A and OpenLDAP's client codes, by number: the table is the test's own reading.
const std::map<int, Outcome> kTable = {
    {0, Outcome::success},
    {1, Outcome::unavailable},   // operationsError
    {2, Outcome::unexpected},    // protocolError
    {3, Outcome::unavailable},   // timeLimitExceeded
    {4, Outcome::unavailable},   // sizeLimitExceeded
    {5, Outcome::unexpected},    // compareFalse
    {6, Outcome::unexpected},    // compareTrue
    {7, Outcome::refused},       // authMethodNotSupported
    {8, Outcome::refused},       // strongerAuthRequired
    {9, Outcome::refused},       // (LDAPv2 partial results)
    {10, Outcome::refused},      // referral
    {11, Outcome::unavailable},  // adminLimitExceeded
    {12, Outcome::refused},      // unavailableCriticalExtension
    {13, Outcome::refused},      // confidentialityRequired
    {14, Outcome::unexpected},   // saslBindInProgress
    {16, Outcome::refused},      // noSuchAttribute
    {17, Outcome::refused},      // undefinedAttributeType
    {18, Outcome::refused},      // inappropriateMatching
    {19, Outcome::constraint},
    {20, Outcome::refused},  // attributeOrValueExists
    {21, Outcome::refused},  // invalidAttributeSyntax
    {32, Outcome::no_such_entry},
    {33, Outcome::unexpected},         // aliasProblem
    {34, Outcome::refused},            // invalidDNSyntax
    {36, Outcome::unexpected},         // aliasDereferencingProblem
    {48, Outcome::wrong_credentials},  // inappropriateAuthentication
    {49, Outcome::wrong_credentials},
    {50, Outcome::refused},      // insufficientAccessRights
    {51, Outcome::unavailable},  // busy
    {52, Outcome::unavailable},
    {53, Outcome::refused},     // unwillingToPerform
    {54, Outcome::unexpected},  // loopDetect
    {64, Outcome::refused},     // namingViolation
    {65, Outcome::refused},     // objectClassViolation
    {66, Outcome::refused},     // notAllowedOnNonLeaf
    {67, Outcome::refused},     // notAllowedOnRDN
    {68, Outcome::already_exists},
    {69, Outcome::refused},       // objectClassModsProhibited
    {71, Outcome::refused},       // affectsMultipleDSAs
    {80, Outcome::unavailable},   // other
    {118, Outcome::unavailable},  // canceled
    {122, Outcome::refused},      // assertionFailed
    {123, Outcome::refused},      // authorizationDenied
    {-1, Outcome::lost},          // server down
    {-5, Outcome::timed_out},
    {-10, Outcome::unavailable},   // no memory
    {-11, Outcome::lost},          // connect error
    {4096, Outcome::unavailable},  // e-syncRefreshRequired
    {0x4111, Outcome::refused},    // cannot chain
};

void each_result_code_has_the_outcome_of_the_table_and_only_0_is_success(void**) {
  // L4
  for (int code = -200; code <= 0x5000; ++code) {
    const auto known = kTable.find(code);
    const Outcome expected = known != kTable.end() ? known->second : Outcome::unexpected;
    if (directory::outcome_of(code) != expected) fail_msg("result code %d", code);
  }
}

void no_code_but_0_accepts_a_bind(void**) {
  // L4
  for (int code = -200; code <= 0x5000; ++code) {
    const Result<BindAnswer> answer = directory::judge_bind(code, {}, "");
    if (answer && answer->verdict == Verdict::accepted && code != 0)
      fail_msg("result code %d accepts", code);
  }
  const Result<BindAnswer> success = directory::judge_bind(0, {}, "");
  assert_ok(success);
  assert_true(success->verdict == Verdict::accepted);
}

std::optional<Verdict> verdict(int code, Fault fault) {
  const Result<BindAnswer> answer = directory::judge_bind(code, {fault, {}, {}}, "");
  return answer ? std::optional(answer->verdict) : std::nullopt;
}

void the_policy_overrules_the_code_of_a_bind(void**) {
  // L4
  assert_true(verdict(0, Fault::none) == Verdict::accepted);
  assert_true(verdict(0, Fault::change_after_reset) == Verdict::must_change);
  assert_true(verdict(0, Fault::expired) == Verdict::expired);
  assert_true(verdict(0, Fault::locked) == Verdict::locked);
  for (const Fault senseless :
       {Fault::too_short, Fault::too_weak, Fault::too_young, Fault::in_history, Fault::too_long,
        Fault::old_password_wanted, Fault::modification_not_allowed})
    assert_true(verdict(0, senseless) == Verdict::locked);
  assert_true(verdict(49, Fault::none) == Verdict::wrong_password);
  assert_true(verdict(49, Fault::expired) == Verdict::expired);
  assert_true(verdict(49, Fault::locked) == Verdict::locked);
  assert_true(verdict(49, Fault::change_after_reset) == Verdict::wrong_password);
  assert_true(verdict(32, Fault::none) == Verdict::wrong_password);
  assert_true(verdict(48, Fault::none) == Verdict::wrong_password);
  assert_true(verdict(19, Fault::none) == Verdict::locked);
}

void a_server_in_trouble_is_unavailable_and_not_a_wrong_password(void**) {
  // L4
  for (const int code : {-1, -5, -11, 1, 2, 3, 11, 51, 52, 80})
    assert_error(directory::judge_bind(code, {}, ""), Errc::unavailable);
  for (const int code : {8, 10, 13, 50, 53})
    assert_error(directory::judge_bind(code, {}, ""), Errc::denied);
}

void each_reason_against_a_new_password_is_told(void**) {
  // P1, L4
  const std::map<Fault, PasswordRefusal> reasons = {
      {Fault::too_short, PasswordRefusal::too_short},
      {Fault::too_weak, PasswordRefusal::too_weak},
      {Fault::in_history, PasswordRefusal::in_history},
      {Fault::too_young, PasswordRefusal::too_young},
      {Fault::too_long, PasswordRefusal::other},
      {Fault::none, PasswordRefusal::other},
  };
  for (const auto& [fault, expected] : reasons) {
    const auto answer = directory::judge_new_password(19, {fault, {}, {}}, "");
    assert_ok(answer);
    assert_true(*answer == expected);
  }
}

void a_password_is_taken_only_by_success_without_a_fault(void**) {
  // L4
  for (int code = -200; code <= 200; ++code) {
    const auto answer = directory::judge_new_password(code, {}, "");
    if (answer && !*answer && code != 0) fail_msg("result code %d takes a password", code);
  }
  const auto taken = directory::judge_new_password(0, {}, "");
  assert_ok(taken);
  assert_false(taken->has_value());
  const auto faulty = directory::judge_new_password(0, {Fault::too_short, {}, {}}, "");
  assert_ok(faulty);
  assert_true(*faulty == PasswordRefusal::too_short);
  assert_error(directory::judge_new_password(50, {}, ""), Errc::denied);
  assert_error(directory::judge_new_password(32, {}, ""), Errc::denied);
  assert_error(directory::judge_new_password(19, {Fault::old_password_wanted, {}, {}}, ""),
               Errc::denied);
  assert_error(directory::judge_new_password(-1, {}, ""), Errc::unavailable);
}

void an_error_names_what_was_tried_and_what_was_said(void**) {
  // L4
  const Error error = directory::error_of(50, "stage a person", "no write access to parent");
  assert_true(error.code == Errc::denied);
  test::assert_text(error.detail,
                    "directory: stage a person: Insufficient access (50): no write access to "
                    "parent");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_result_code_has_the_outcome_of_the_table_and_only_0_is_success),
      cmocka_unit_test(no_code_but_0_accepts_a_bind),
      cmocka_unit_test(the_policy_overrules_the_code_of_a_bind),
      cmocka_unit_test(a_server_in_trouble_is_unavailable_and_not_a_wrong_password),
      cmocka_unit_test(each_reason_against_a_new_password_is_told),
      cmocka_unit_test(a_password_is_taken_only_by_success_without_a_fault),
      cmocka_unit_test(an_error_names_what_was_tried_and_what_was_said),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
