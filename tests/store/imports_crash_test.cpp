// An import whose daemon dies, at each of its steps and in the middle of them.

#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "import_rows.hpp"
#include "process.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr int kRows = 400;
constexpr int kChunk = 20;

/// Another process: fills an import chunk by chunk, commits and settles it; tells of each step.
[[noreturn]] void import_for_ever(const std::filesystem::path& folder, const std::string& id) {
  StoreFixture f(folder);
  const ImportId import(id);
  f.write([&](Transaction& t) { got(t.imports().open(import, "uid 0", kNoon)); });
  for (int line = 1; line <= kRows; line += kChunk) {
    (void)added(f, import, import_rows(line, line + kChunk - 1));
    say("rows");
  }
  committed(f, import);
  say("committed");
  for (int left = kRows; left > 0;) {
    f.write([&](Transaction& t) { left -= got(t.imports().settle(kChunk)); });
    say("settled");
  }
  say("done");
  wait_for_end_of_input();
  std::exit(0);
}

/// Lets it take so many steps, kills it a moment later, and gives the last that it told of.
std::string killed_after(const StoreFixture& f, const std::string& id, int steps,
                         std::chrono::microseconds moment) {
  Process process({"import", f.folder.string(), id, "x"});
  std::string last;
  for (int step = 0; step < steps; ++step) last = process.line();
  std::this_thread::sleep_for(moment);
  process.kill();
  for (std::string line = process.line(); !line.empty(); line = process.line()) last = line;
  return last;
}

void kill_9_before_the_commit_leaves_nothing_and_after_it_everything(void**) {
  // R13, J6
  std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same run each time
  constexpr int kChunks = kRows / kChunk;
  for (const int steps : {1, kChunks / 2, kChunks, kChunks + 1, kChunks + 3, 2 * kChunks}) {
    StoreFixture f;
    const std::string id = "import-" + std::to_string(steps);
    const std::string last =
        killed_after(f, id, steps, std::chrono::microseconds(random() % 5'000));
    f.write([](Transaction&) {});  // a server may still be busy with what the dead had asked for
    const Import import = import_named(f, ImportId(id));
    if (last != "rows") assert_true(import.state != ImportState::open);
    // The death may have come between the commit and the word of it.
    const bool in_force = import.state != ImportState::open;
    assert_int_equal(import.rows % kChunk, 0);
    assert_int_equal(import.settled % kChunk, 0);
    assert_int_equal(rows_in(f, "people"), import.settled);
    assert_int_equal(rows_in(f, "letters"), import.settled);
    // What is settled is deleted only when all is.
    assert_int_equal(rows_in(f, "import_rows"), import.rows);
    for (const int line : {1, kRows / 2, kRows}) {
      assert_true(reads_as_open(f, numbered_ahv(line)) == in_force);
    }
    if (!in_force) f.write([&](Transaction& t) { got(t.imports().abandon(ImportId(id))); });
    settle_all(f);
    assert_int_equal(rows_in(f, "people"), in_force ? kRows : 0);
    assert_int_equal(rows_in(f, "letters"), in_force ? kRows : 0);
    assert_int_equal(rows_in(f, "import_rows"), 0);
  }
}

void what_was_cut_off_is_sent_again_and_committed(void**) {
  // R13, J6
  StoreFixture f;
  (void)killed_after(f, "import", 5, std::chrono::microseconds(500));
  f.write([](Transaction&) {});
  const ImportId import("import");
  for (int line = 1; line <= kRows; line += kChunk) {
    assert_true(added(f, import, import_rows(line, line + kChunk - 1)).clashes.empty());
  }
  assert_int_equal(import_named(f, import).rows, kRows);
  committed(f, import);
  settle_all(f);
  assert_int_equal(rows_in(f, "letters"), kRows);
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 5) import_for_ever(argv[2], argv[3]);
  const CMUnitTest tests[] = {
      cmocka_unit_test(kill_9_before_the_commit_leaves_nothing_and_after_it_everything),
      cmocka_unit_test(what_was_cut_off_is_sent_again_and_committed),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
