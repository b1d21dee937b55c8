#include "domain/ports/attempts.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr AttemptKind kData = AttemptKind::activation_data;

void attempts_are_counted_after_a_time_by_kind_and_key(void**) {
  // R6, T5
  StoreFixture f;
  f.write([&](Transaction& t) {
    for (int i = 0; i < 3; ++i) got(t.attempts().record(kData, "7569217076985", kNoon));
    got(t.attempts().record(kData, "7569217076985", kNoon + 10min));
    got(t.attempts().record(kData, "7561234567897", kNoon));
    got(t.attempts().record(AttemptKind::wrong_code, "7569217076985", kNoon));
    assert_int_equal(got(t.attempts().count(kData, "7569217076985", kNoon - 1ms)), 4);
    assert_int_equal(got(t.attempts().count(kData, "7569217076985", kNoon)), 1);
    assert_int_equal(got(t.attempts().count(kData, "7561234567897", kNoon - 1ms)), 1);
    assert_int_equal(got(t.attempts().count(kData, "unknown", kNoon - 1ms)), 0);
  });
}

void attempts_survive_a_restart_and_a_failed_request_leaves_none(void**) {
  // T5, R6
  StoreFixture f;
  f.write([&](Transaction& t) { got(t.attempts().record(kData, "x", kNoon)); });
  const Result<void> failed = f.store->write("test.write", [&](Transaction& t) -> Result<void> {
    got(t.attempts().record(kData, "x", kNoon));
    return fail(Errc::denied, "on purpose");
  });
  assert_error(failed, Errc::denied);
  f.close();
  f.open();
  f.read([&](Transaction& t) {
    assert_int_equal(got(t.attempts().count(kData, "x", kNoon - 1ms)), 1);
  });
}

void forgetting_is_for_one_kind_and_key(void**) {
  // T5
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.attempts().record(kData, "x", kNoon));
    got(t.attempts().record(kData, "y", kNoon));
    got(t.attempts().record(AttemptKind::wrong_code, "x", kNoon));
    got(t.attempts().forget(kData, "x"));
    assert_int_equal(got(t.attempts().count(kData, "x", kNoon - 1ms)), 0);
    assert_int_equal(got(t.attempts().count(kData, "y", kNoon - 1ms)), 1);
    assert_int_equal(got(t.attempts().count(AttemptKind::wrong_code, "x", kNoon - 1ms)), 1);
  });
}

void one_moment_is_forgotten_alone(void**) {
  // T6
  StoreFixture f;
  f.write([&](Transaction& t) {
    for (const auto at : {kNoon, kNoon + 1ms, kNoon + 2ms})
      got(t.attempts().record(kData, "x", at));
    got(t.attempts().record(kData, "y", kNoon + 1ms));
    got(t.attempts().forget_at(kData, "x", kNoon + 1ms));
    assert_int_equal(got(t.attempts().count(kData, "x", kNoon - 1ms)), 2);
    assert_int_equal(got(t.attempts().count(kData, "x", kNoon + 1ms)), 1);
    assert_int_equal(got(t.attempts().count(kData, "y", kNoon - 1ms)), 1);
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(attempts_are_counted_after_a_time_by_kind_and_key),
      cmocka_unit_test(attempts_survive_a_restart_and_a_failed_request_leaves_none),
      cmocka_unit_test(forgetting_is_for_one_kind_and_key),
      cmocka_unit_test(one_moment_is_forgotten_alone),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
