#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "fixture.hpp"
#include "process.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// One act that touches three tables.
Result<void> act(Transaction& t, int number) {
  AuditEvent event;
  event.what = "login.granted";
  Result<void> done = t.audit().append(event);
  if (done) done = t.attempts().record(AttemptKind::wrong_code, "key", kNoon);
  if (!done) return done;
  return t.intents().write({IntentId("intent-" + std::to_string(number)), "activate",
                            AccountId("a"), RegistrationId("r"), "uuid", kNoon});
}

/// Another process: acts for ever, and tells of each act that is done.
[[noreturn]] void act_for_ever(const std::filesystem::path& folder, int number) {
  StoreFixture f(folder);
  for (;; ++number) {
    got(f.store->write("test.act", [&](Transaction& t) { return act(t, number); }));
    say(std::to_string(number));
  }
}

struct Counts {
  int events = 0;
  int attempts = 0;
  int intents = 0;
};

Counts counts_in(StoreFixture& f) {
  Counts counts;
  f.write([](Transaction&) {});  // a server may still be busy with what the dead had asked for
  f.read([&](Transaction& t) {
    assert_int_equal(got(t.audit().verify()), 0);
    counts.events = static_cast<int>(got(t.audit().read(0, 1'000'000)).size());
    counts.attempts = got(t.attempts().count(AttemptKind::wrong_code, "key", kNoon - 1ms));
    counts.intents = static_cast<int>(got(t.intents().open()).size());
  });
  return counts;
}

void kill_9_leaves_whole_acts_and_every_one_that_was_answered(void**) {
  // R13, J3
  StoreFixture f;
  std::minstd_rand random(42);  // NOLINT(cert-msc51-cpp): the same run each time
  int done = 0;
  for (int round = 0; round < 12; ++round) {
    Process process({"act", f.folder.string(), std::to_string(done + 1)});
    assert_text(process.line(), std::to_string(done + 1));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    process.kill();
    int answered = done + 1;
    for (std::string line = process.line(); !line.empty(); line = process.line()) {
      answered = std::stoi(line);
    }
    const Counts counts = counts_in(f);
    assert_int_equal(counts.events, counts.attempts);
    assert_int_equal(counts.events, counts.intents);
    assert_in_range(counts.events, answered, answered + 1);
    done = counts.events;
  }
  // And somebody who opens it anew sees the same.
  f.close();
  f.open();
  assert_int_equal(counts_in(f).events, done);
}

/// Another process: one act, and death just before its commit or just after.
[[noreturn]] void act_and_die(const std::filesystem::path& folder, bool committed) {
  StoreFixture f(folder);
  got(f.store->write("test.act", [&](Transaction& t) {
    Result<void> done = act(t, 1);
    if (!committed) std::raise(SIGKILL);
    return done;
  }));
  std::raise(SIGKILL);
  std::abort();
}

void an_act_is_whole_after_its_commit_and_nothing_before(void**) {
  // R13
  for (const int committed : {0, 1}) {
    StoreFixture f;
    Process process({committed != 0 ? "committed" : "uncommitted", f.folder.string()});
    assert_int_equal(process.wait(), -SIGKILL);
    const Counts counts = counts_in(f);
    assert_int_equal(counts.events, committed);
    assert_int_equal(counts.attempts, committed);
    assert_int_equal(counts.intents, committed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 4) act_for_ever(argv[2], std::stoi(argv[3]));
  if (argc == 3) act_and_die(argv[2], argv[1] == "committed"s);
  const CMUnitTest tests[] = {
      cmocka_unit_test(kill_9_leaves_whole_acts_and_every_one_that_was_answered),
      cmocka_unit_test(an_act_is_whole_after_its_commit_and_nothing_before),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
