#include "daemon/fault_points.hpp"

#include "support/cmocka.hpp"

#ifdef PORTAL_FAULT_POINTS

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "domain/ports/attempts.hpp"
#include "support/house.hpp"

using namespace portal;

namespace {

int attempts_in(Store& store) {
  const auto count = in_read<int>(store, [](Transaction& transaction) {
    return transaction.attempts().count(AttemptKind::wrong_code, "key", from_millis(0));
  });
  assert_ok(count);
  return *count;
}

void record(Store& store) {
  (void)store.write("test.write", [](Transaction& transaction) {
    return transaction.attempts().record(AttemptKind::wrong_code, "key", from_millis(1'000));
  });
}

/// Writes three times in a child that PORTAL_CRASH_AT says when to kill; how many writes stayed.
int stayed_after_crash_at(const char* point) {
  const test::TemporaryFolder folder;
  Keyring keyring = Keyring::ephemeral();
  const SystemClock clock;
  const StoreSettings settings{"sqlite://" + (folder.path() / "portal.db").string()};
  const pid_t child = ::fork();
  assert_true(child >= 0);
  if (child == 0) {
    ::setenv("PORTAL_CRASH_AT", point, 1);
    const auto store = SqlStore::open(settings, keyring, clock);
    fault_points::FaultingStore faulting(**store);
    for (int i = 0; i < 3; ++i) record(faulting);
    ::_exit(0);
  }
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const auto store = SqlStore::open(settings, keyring, clock);
  assert_ok(store);
  const int stayed = attempts_in(**store);
  return killed ? stayed : -1;
}

void a_crash_before_or_inside_a_write_leaves_nothing_of_it(void**) {
  // R13
  assert_int_equal(stayed_after_crash_at("test.write.before"), 0);
  assert_int_equal(stayed_after_crash_at("test.write.uncommitted"), 0);
  assert_int_equal(stayed_after_crash_at("test.write.uncommitted:2"), 1);
}

void a_crash_after_a_write_leaves_it(void**) {
  // R13
  assert_int_equal(stayed_after_crash_at("test.write.committed"), 1);
  assert_int_equal(stayed_after_crash_at("test.write.committed:3"), 3);
}

void a_point_that_is_not_passed_kills_nobody(void**) {
  assert_int_equal(stayed_after_crash_at("test.write.committed:4"), -1);
  assert_int_equal(stayed_after_crash_at("other.before"), -1);
}

void the_trace_has_each_point_that_was_passed(void**) {
  const test::TemporaryFolder folder;
  const auto trace = folder.path() / "trace";
  const pid_t child = ::fork();
  assert_true(child >= 0);
  if (child == 0) {
    ::setenv("PORTAL_TRACE_FAULT_POINTS", trace.c_str(), 1);
    test::FakeDirectory behind;
    fault_points::FaultingDirectory directory(behind);
    (void)directory.stage(
        {AccountId("a1"), "Anna", "Muster", *EmailAddress::parse("anna@example.ch"), Language::fr});
    (void)directory.set_staged_address("uuid-1", *EmailAddress::parse("beat@example.ch"));
    (void)directory.set_password("uid=a1,ou=staging", Secret("password"));
    (void)directory.admit("uuid-1");
    (void)directory.discard(AccountId("a2"));
    ::_exit(0);
  }
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  std::stringstream text;
  text << std::ifstream(trace).rdbuf();
  test::assert_text(text.str(),
                    "directory.stage.before\ndirectory.stage.after\n"
                    "directory.set_staged_address.before\ndirectory.set_staged_address.after\n"
                    "directory.set_password.before\ndirectory.set_password.after\n"
                    "directory.admit.before\ndirectory.admit.after\n"
                    "directory.discard.before\ndirectory.discard.after\n");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_crash_before_or_inside_a_write_leaves_nothing_of_it),
      cmocka_unit_test(a_crash_after_a_write_leaves_it),
      cmocka_unit_test(a_point_that_is_not_passed_kills_nobody),
      cmocka_unit_test(the_trace_has_each_point_that_was_passed),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}

#else

namespace {

/// release_test.py proves that what is shipped has none.
void this_build_has_no_fault_points(void**) { skip(); }

}  // namespace

int main() {
  const CMUnitTest tests[] = {cmocka_unit_test(this_build_has_no_fault_points)};
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}

#endif
