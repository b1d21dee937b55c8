#include <atomic>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "process.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr int kThreads = 64;
constexpr int kRounds = 20;
const ChallengeScope kLogin{ChallengePurpose::log_in, "account-1", "sshd"};

void in_parallel(int threads, const std::function<void(int)>& act) {
  std::latch start(threads);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

/// How many of `threads` were told yes.
int count_yes(SqlStore& store, int threads, const std::function<Result<bool>(Transaction&)>& ask) {
  std::atomic<int> yes = 0;
  std::atomic<int> failed = 0;
  in_parallel(threads, [&](int) {
    const Result<bool> answer = in_write<bool>(store, "test.ask", ask);
    if (!answer) ++failed;
    if (answer && *answer) ++yes;
  });
  assert_int_equal(failed, 0);
  return yes;
}

Factor stored_factor(StoreFixture& f, const AccountId& account) {
  Factor factor;
  factor.id = FactorId("factor-1");
  factor.account = account;
  factor.seed = Secret("12345678901234567890");
  factor.created = kNoon;
  f.write([&](Transaction& t) { got(t.accounts().add_factor(factor)); });
  return factor;
}

void parallel_redemptions_of_a_letter_give_one_success(void**) {
  // R4
  StoreFixture f;
  const Person vera = person_named("Vera");
  const Letter letter = letter_for(vera.id);
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(letter, code()));
  });
  assert_int_equal(count_yes(*f.store, kThreads,
                             [&](Transaction& t) { return t.people().redeem(letter.id, kNoon); }),
                   1);
}

void parallel_uses_of_a_step_give_one_success(void**) {
  // T4
  StoreFixture f;
  const Factor factor = stored_factor(f, stored_account(f).id);
  for (std::int64_t step = 1; step <= 5; ++step) {
    assert_int_equal(
        count_yes(*f.store, kThreads,
                  [&](Transaction& t) { return t.accounts().burn_step(factor.id, step, 0); }),
        1);
  }
}

void parallel_answers_to_a_challenge_consume_it_once(void**) {
  // S1
  StoreFixture f;
  const ChallengeScope scope{ChallengePurpose::log_in, "account-1", "sshd"};
  f.write([&](Transaction& t) {
    got(t.challenges().open(scope, Secret("447683"), kNoon, kNoon + 10min));
  });
  ChallengeId id;
  f.read([&](Transaction& t) { id = got(t.challenges().current(scope)).value().id; });
  assert_int_equal(
      count_yes(*f.store, kThreads, [&](Transaction& t) { return t.challenges().consume(id); }), 1);
}

void parallel_accounts_for_one_person_give_one(void**) {
  // R4
  StoreFixture f;
  const Person vera = person_named("Vera");
  f.write([&](Transaction& t) { got(t.people().put(vera)); });
  std::atomic<int> added = 0;
  std::atomic<int> conflicts = 0;
  in_parallel(kThreads, [&](int i) {
    const std::string name = "n" + std::to_string(i);
    const Account account = account_of(vera.id, name + "@example.ch", name);
    const Result<void> done =
        f.store->write("test.write", [&](Transaction& t) { return t.accounts().add(account); });
    if (done) ++added;
    if (!done && done.error().code == Errc::conflict) ++conflicts;
  });
  assert_int_equal(added, 1);
  assert_int_equal(conflicts, kThreads - 1);
}

/// Another process: burns each step with 16 threads; says how often it was first.
int burn_steps(const std::filesystem::path& folder) {
  StoreFixture f(folder);
  say("ready");
  wait_for_end_of_input();
  int first = 0;
  for (std::int64_t step = 1; step <= kRounds; ++step) {
    first += count_yes(*f.store, 16, [&](Transaction& t) {
      return t.accounts().burn_step(FactorId("factor-1"), step, 0);
    });
  }
  return first;
}

void two_processes_use_each_step_once_together(void**) {
  // T4
  StoreFixture f;
  stored_factor(f, stored_account(f).id);
  std::vector<Process> processes;
  for (int i = 0; i < 2; ++i) processes.emplace_back(std::vector{"burn"s, f.folder.string()});
  for (Process& process : processes) assert_text(process.line(), "ready");
  for (Process& process : processes) process.close_input();
  int first = 0;
  for (Process& process : processes) first += process.wait();
  assert_int_equal(first, kRounds);
  f.read([&](Transaction& t) {
    std::int64_t last = 0;
    const std::optional<Account> account =
        got(t.accounts().find_by_name(got(UserName::parse("u4k2m9"))));
    last = got(t.accounts().factor_of(account->id)).value().last_step;
    assert_int_equal(last, kRounds);
  });
}

/// Another process: 50 threads use the same code and the same letter; says how often it was right.
int use_once(const std::filesystem::path& folder) {
  StoreFixture f(folder);
  ChallengeId challenge;
  LetterId letter;
  f.read([&](Transaction& t) {
    const Person vera = got(t.people().find_by_ahv(ahv())).value();
    letter = got(t.people().newest_letter(vera.id, PortalId("flex"))).value().id;
    challenge = got(t.challenges().current(kLogin)).value().id;
  });
  say("ready");
  wait_for_end_of_input();
  const int consumed =
      count_yes(*f.store, 50, [&](Transaction& t) { return t.challenges().consume(challenge); });
  const int redeemed =
      count_yes(*f.store, 50, [&](Transaction& t) { return t.people().redeem(letter, kNoon); });
  return consumed * 10 + redeemed;
}

void two_processes_use_a_code_and_a_letter_once_together(void**) {
  // R4, S1
  StoreFixture f;
  const Person vera = person_named("Vera");
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(letter_for(vera.id), code()));
    got(t.challenges().open(kLogin, Secret("447683"), kNoon, kNoon + 10min));
  });
  std::vector<Process> processes;
  for (int i = 0; i < 2; ++i) processes.emplace_back(std::vector{"use"s, f.folder.string()});
  for (Process& process : processes) assert_text(process.line(), "ready");
  for (Process& process : processes) process.close_input();
  int right = 0;
  for (Process& process : processes) right += process.wait();
  assert_int_equal(right, 11);
}

/// Another process: 50 threads count a wrong answer each, as long as there are fewer than five.
int count_wrong(const std::filesystem::path& folder) {
  StoreFixture f(folder);
  say("ready");
  wait_for_end_of_input();
  return count_yes(*f.store, 50, [&](Transaction& t) -> Result<bool> {
    const Result<int> wrong = t.attempts().count(AttemptKind::wrong_code, "key", kNoon - 1ms);
    if (!wrong) return fail(wrong.error());
    if (*wrong >= 5) return false;
    const Result<void> counted = t.attempts().record(AttemptKind::wrong_code, "key", kNoon);
    if (!counted) return fail(counted.error());
    return true;
  });
}

void two_processes_never_overshoot_a_budget_together(void**) {
  // T5, R6, S2
  StoreFixture f;
  std::vector<Process> processes;
  for (int i = 0; i < 2; ++i) processes.emplace_back(std::vector{"wrong"s, f.folder.string()});
  for (Process& process : processes) assert_text(process.line(), "ready");
  for (Process& process : processes) process.close_input();
  int counted = 0;
  for (Process& process : processes) counted += process.wait();
  assert_int_equal(counted, 5);
}

/// Another process: writes events as fast as it can.
int append_events(const std::filesystem::path& folder) {
  StoreFixture f(folder);
  say("ready");
  wait_for_end_of_input();
  for (int i = 0; i < 100; ++i) {
    f.write([&](Transaction& t) {
      AuditEvent event;
      event.what = "login.granted";
      got(t.audit().append(event));
    });
  }
  return 0;
}

void two_processes_write_one_unbroken_log(void**) {
  // J3
  StoreFixture f;
  std::vector<Process> processes;
  for (int i = 0; i < 2; ++i) {
    processes.emplace_back(std::vector{"append"s, f.folder.string()});
  }
  for (Process& process : processes) assert_text(process.line(), "ready");
  for (Process& process : processes) process.close_input();
  for (Process& process : processes) assert_int_equal(process.wait(), 0);
  f.read([&](Transaction& t) {
    assert_int_equal(got(t.audit().verify()), 0);
    assert_int_equal(got(t.audit().read(0, 1000)).size(), 200);
  });
}

/// Another process: opens the store for the first time.
int open_store(const std::filesystem::path& folder) {
  say("ready");
  wait_for_end_of_input();
  const StoreFixture f(folder);
  return 0;
}

void processes_that_found_a_store_together_agree(void**) {
  // T7
  const TemporaryFolder folder;
  (void)key_at(folder.path() / "key");
  (void)url_in(folder.path());
  std::vector<Process> processes;
  for (int i = 0; i < 6; ++i) processes.emplace_back(std::vector{"open"s, folder.path().string()});
  for (Process& process : processes) assert_text(process.line(), "ready");
  for (Process& process : processes) process.close_input();
  for (Process& process : processes) assert_int_equal(process.wait(), 0);
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 3) {
    const std::string role = argv[1];
    return role == "burn"     ? burn_steps(argv[2])
           : role == "append" ? append_events(argv[2])
           : role == "use"    ? use_once(argv[2])
           : role == "wrong"  ? count_wrong(argv[2])
                              : open_store(argv[2]);
  }
  const CMUnitTest tests[] = {
      cmocka_unit_test(parallel_redemptions_of_a_letter_give_one_success),
      cmocka_unit_test(parallel_uses_of_a_step_give_one_success),
      cmocka_unit_test(parallel_answers_to_a_challenge_consume_it_once),
      cmocka_unit_test(parallel_accounts_for_one_person_give_one),
      cmocka_unit_test(two_processes_use_each_step_once_together),
      cmocka_unit_test(two_processes_use_a_code_and_a_letter_once_together),
      cmocka_unit_test(two_processes_never_overshoot_a_budget_together),
      cmocka_unit_test(two_processes_write_one_unbroken_log),
      cmocka_unit_test(processes_that_found_a_store_together_agree),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
