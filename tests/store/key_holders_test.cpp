#include "base/encoding.hpp"
#include "base/file.hpp"
#include "everything.hpp"
#include "populated.hpp"
#include "process.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void a_daemon_without_the_new_key_is_refused_and_changes_nothing(void**) {
  // T7
  Populated f;
  const auto old_file = f.folder / "old-key";
  std::filesystem::copy_file(f.key_file(), old_file);
  f.change_keys();
  f.step(5);
  f.close();
  const auto dump = [&] {
    return output_of(on_postgresql() ? "pg_dump '" + f.settings().url + "' | grep -v restrict"
                                     : "sqlite3 -readonly '" + f.file().string() + "' .dump",
                     4000);
  };
  const std::string before = dump();
  Keyring old = got(Keyring::load(old_file));
  const auto refused = SqlStore::open(f.settings(), old, f.clock);
  assert_error(refused, Errc::denied);
  assert_true(refused.error().detail.find(f.keyring.fingerprint()) != std::string::npos);
  // Nor does the new one alone do: what is left needs the first.
  const auto new_file = f.folder / "new-key";
  const auto keys = got(read_key_file(f.key_file()));
  got(create_private_file(new_file, "portal-key-1:" + to_base64url(keys[0].reveal_bytes()) + "\n"));
  Keyring alone = got(Keyring::load(new_file));
  assert_error(SqlStore::open(f.settings(), alone, f.clock), Errc::denied);
  Keyring stranger = Keyring::ephemeral();
  assert_error(SqlStore::open(f.settings(), stranger, f.clock), Errc::denied);
  assert_true(dump() == before);
  f.open();
  f.assert_all_there();
}

void a_daemon_that_lost_its_key_can_neither_seal_nor_act(void**) {
  // T7: it was running when another daemon changed the key
  Populated f;
  Keyring old = got(Keyring::load(f.key_file()));
  const auto behind = got(SqlStore::open(f.settings(), old, f.clock));
  const auto act = [](Transaction& t) { return t.audit().append(event()); };
  const auto find = [&](Transaction& t) -> Result<void> {
    const auto person = t.people().get(f.accounts.front().person);
    return person ? Result<void>() : portal::fail(person.error());
  };
  assert_ok(behind->write("test", act));
  assert_ok(behind->read(find));
  f.change_keys();
  assert_error(behind->write("test", act), Errc::unavailable);
  const auto seal = [](Transaction& t) -> Result<void> {
    const auto done = t.keys().reseal(10);
    return done ? Result<void>() : portal::fail(done.error());
  };
  assert_error(behind->write("test", seal), Errc::unavailable);
  f.reseal_all();
  assert_error(behind->read(find), Errc::internal);
  f.assert_all_there();
}

/// Another process: seals a few rows at a time, and tells of each time.
[[noreturn]] void reseal_for_ever(const std::filesystem::path& folder) {
  StoreFixture f(folder);
  for (int round = 1;; ++round) {
    bool left = false;
    f.write([&](Transaction& t) {
      got(t.keys().reseal(2));
      left = got(t.keys().resealing()).has_value();
    });
    say(left ? std::to_string(round) : "done");
    if (!left) wait_for_end_of_input();
  }
}

void kill_9_leaves_it_to_be_gone_on_with(void**) {
  // T7, R13
  Populated f;
  f.change_keys();
  bool finished = false;
  int rounds = 0;
  for (; !finished && rounds < 100; ++rounds) {
    Process process({"reseal", f.folder.string()});
    for (int i = 0; i < 3 && !finished; ++i) finished = process.line() == "done";
    process.kill();
    f.assert_all_there();
  }
  assert_true(finished);
  assert_true(rounds > 5);
  f.write([&](Transaction&) {});
  assert_int_equal(f.earlier("people"), 0);
  assert_int_equal(f.earlier("accounts"), 0);
  f.close();
  f.open();
  f.assert_all_there();
}

void two_daemons_share_the_work(void**) {
  // T7
  Populated f;
  f.change_keys();
  StoreFixture second(f.folder);
  int rows = 0;
  for (bool finished = false; !finished;) {
    const Resealed here = f.step(3);
    Resealed there;
    second.write([&](Transaction& t) { there = got(t.keys().reseal(3)); });
    rows += here.rows + there.rows;
    finished = here.finished || there.finished;
    assert_false(here.finished && there.finished);
  }
  // People, accounts, one factor, registration and reset, two messages: each once.
  assert_int_equal(rows, 2 * kPeople + 5);
  second.read([&](Transaction& t) {
    assert_true(got(t.people().find_by_ahv(numbered_ahv(7))).has_value());
  });
  f.assert_all_there();
}

void the_store_says_which_key_is_active_not_the_file(void**) {
  // T7
  Populated f;
  const std::string active = f.keyring.fingerprint();
  f.close();
  got(add_key_to_file(f.key_file()));
  f.keyring = got(Keyring::load(f.key_file()));
  assert_true(f.keyring.fingerprint() != active);
  f.open();
  assert_text(f.keyring.fingerprint(), active);
  f.assert_all_there();
}

void holders_are_noted_and_forgotten(void**) {
  StoreFixture f;
  f.write([&](Transaction& t) {
    got(t.keys().note_holder({"a", {"k1"}, kNoon}));
    got(t.keys().note_holder({"b", {"k2", "k1"}, kNoon + 1min}));
    got(t.keys().note_holder({"a", {"k3", "k1"}, kNoon + 2min}));
  });
  f.read([&](Transaction& t) {
    const auto holders = got(t.keys().holders(kNoon));
    assert_int_equal(holders.size(), 2);
    assert_text(holders[0].node, "a");
    assert_true(holders[0].fingerprints == (std::vector{"k3"s, "k1"s}));
    assert_true(holders[0].seen == kNoon + 2min);
    assert_int_equal(got(t.keys().holders(kNoon + 1min)).size(), 1);
  });
  f.write([&](Transaction& t) { got(t.keys().forget_holder("a")); });
  f.read([&](Transaction& t) { assert_text(got(t.keys().holders(kNoon)).at(0).node, "b"); });
}

}  // namespace

int main(int argc, char** argv) {
  initialise_crypto();
  if (argc == 3) reseal_for_ever(argv[2]);
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_daemon_without_the_new_key_is_refused_and_changes_nothing),
      cmocka_unit_test(a_daemon_that_lost_its_key_can_neither_seal_nor_act),
      cmocka_unit_test(kill_9_leaves_it_to_be_gone_on_with),
      cmocka_unit_test(two_daemons_share_the_work),
      cmocka_unit_test(the_store_says_which_key_is_active_not_the_file),
      cmocka_unit_test(holders_are_noted_and_forgotten),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
