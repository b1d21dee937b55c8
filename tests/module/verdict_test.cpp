#include "verdict.hpp"

#include <security/pam_modules.h>

#include <iterator>

#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::wire;

namespace {

constexpr Operation kOperations[] = {Operation::authenticate,
                                     Operation::account,
                                     Operation::open_session,
                                     Operation::close_session,
                                     Operation::prepare_password_change,
                                     Operation::change_password};

void assert_refusal(int code) { assert_true(code != PAM_SUCCESS && code != PAM_IGNORE); }

void every_operation_is_tested_here(void**) {
  // M2
  assert_int_equal(std::size(kOperations), last_of(Operation{}));
}

void only_success_is_success(void**) {
  // M2
  for (const Operation operation : kOperations) {
    for (int value = 0; value < 256; ++value) {
      const int code = pam::code_of(operation, static_cast<Outcome>(value));
      if (static_cast<Outcome>(value) == Outcome::success)
        assert_int_equal(code, PAM_SUCCESS);
      else
        assert_refusal(code);
    }
  }
}

void no_fault_is_success(void**) {
  // M2
  for (const Operation operation : kOperations) {
    for (int value = 0; value < 256; ++value)
      assert_refusal(pam::code_of(operation, static_cast<ClientFault>(value)));
    for (int code = -1; code < 64; ++code) assert_refusal(pam::refusal_of(operation, code));
  }
}

void unknown_user_is_said_in_the_account_phase_alone(void**) {
  // M3
  for (const Operation operation : kOperations) {
    for (int value = 0; value < 256; ++value) {
      const bool said = pam::code_of(operation, static_cast<Outcome>(value)) == PAM_USER_UNKNOWN;
      assert_int_equal(said, operation == Operation::account &&
                                 static_cast<Outcome>(value) == Outcome::unknown_user);
    }
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_operation_is_tested_here),
      cmocka_unit_test(only_success_is_success),
      cmocka_unit_test(no_fault_is_success),
      cmocka_unit_test(unknown_user_is_said_in_the_account_phase_alone),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
