#include "factors/totp.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "support/cmocka.hpp"

using namespace portal;

namespace {

const OathTotpCodes& codes() {
  static const Result<OathTotpCodes> made = OathTotpCodes::create();
  assert_ok(made);
  return *made;
}

const Secret& seed() {
  static const Secret ascii("12345678901234567890");
  return ascii;
}

void the_vectors_of_rfc_4226_hold(void**) {
  // T1: RFC 4226 appendix D
  constexpr std::array<const char*, 10> expected = {"755224", "287082", "359152", "969429",
                                                    "338314", "254676", "287922", "162583",
                                                    "399871", "520489"};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    const Result<Secret> code = codes().code_at(seed(), static_cast<std::int64_t>(step));
    assert_ok(code);
    test::assert_text(code->reveal(), expected[step]);
  }
}

void the_vectors_of_rfc_6238_hold(void**) {
  // T1: RFC 6238 appendix B, SHA-1; its eight digits end in our six
  struct Vector {
    std::int64_t seconds;
    std::string_view code;
  };
  constexpr std::array<Vector, 6> vectors = {{{59, "94287082"},
                                              {1111111109, "07081804"},
                                              {1111111111, "14050471"},
                                              {1234567890, "89005924"},
                                              {2000000000, "69279037"},
                                              {20000000000, "65353130"}}};
  for (const Vector& vector : vectors) {
    const Result<Secret> code = codes().code_at(seed(), vector.seconds / 30);
    assert_ok(code);
    test::assert_text(code->reveal(), vector.code.substr(2));
  }
}

void leading_zeros_stay(void**) {
  // T1
  for (std::int64_t step = 0; step < 2000; ++step) {
    const Result<Secret> code = codes().code_at(seed(), step);
    assert_ok(code);
    assert_int_equal(code->size(), 6);
  }
}

void a_seed_of_any_bytes_works(void**) {
  // T1: 160 random bits hold zeros too
  const Secret zeros = Secret::of_size(20);
  const Result<Secret> code = codes().code_at(zeros, 1);
  assert_ok(code);
  assert_false(code->equals(*codes().code_at(seed(), 1)));
}

void nonsense_is_refused(void**) {
  // T1
  assert_error(codes().code_at(Secret(), 1), Errc::internal);
  assert_error(codes().code_at(seed(), -1), Errc::internal);
}

void many_threads_get_the_same_codes(void**) {
  // T1: logins run on a pool
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const Result<Secret> code = codes().code_at(seed(), 1);
        if (!code || code->reveal() != "287082") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(wrong.load(), 0);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_vectors_of_rfc_4226_hold),
      cmocka_unit_test(the_vectors_of_rfc_6238_hold),
      cmocka_unit_test(leading_zeros_stay),
      cmocka_unit_test(a_seed_of_any_bytes_works),
      cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(many_threads_get_the_same_codes),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
