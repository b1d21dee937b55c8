#include "everything.hpp"
#include "populated.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// How often something stands in the store's SQL.
int times_in_dump(const StoreFixture& f, const std::string& text) {
  const std::string dump =
      output_of(on_postgresql() ? "pg_dump '" + f.settings().url + "'"
                                : "sqlite3 -readonly '" + f.file().string() + "' .dump",
                4000);
  int times = 0;
  for (auto at = dump.find(text); at != std::string::npos; at = dump.find(text, at + 1)) ++times;
  return times;
}

void everything_is_read_before_during_and_after_a_change_of_keys(void**) {
  // R5, T7
  Populated f;
  const std::string first_mark = f.keyring.mark();
  f.assert_all_there();
  f.change_keys();
  f.assert_all_there();
  assert_int_equal(f.earlier("people"), kPeople);
  int steps = 0;
  while (!f.step(7).finished) {
    f.assert_all_there();
    ++steps;
  }
  assert_true(steps > kPeople / 7);
  f.assert_all_there();
  for (const char* what :
       {"people", "accounts", "factors", "registrations", "password resets", "messages"})
    assert_int_equal(f.earlier(what), 0);
  // A code cannot be hashed anew by whoever does not know it.
  assert_int_equal(f.earlier("letters"), 1);
  assert_int_equal(f.earlier("codes sent"), 1);
  assert_int_equal(f.earlier("throttle counts"), 1);
  assert_false(f.is_left());
  // And nothing else is left under the first key, in whichever table: the letter's and the sent
  // one.
  assert_int_equal(times_in_dump(f, first_mark), 2);
  f.write([&](Transaction& t) {
    const auto leased = got(t.outbox_queue().lease(kNoon, kNoon, 10));
    assert_text(leased.at(0).values.at("code"), "83920174");
  });
  const std::string mark = f.keyring.mark();
  got(f.direct()->query(
      "select personal from people union all select personal from accounts union all select dn from"
      " accounts union all select personal from factors union all select personal from"
      " registrations union all select content from outbox",
      {}, [&](sql::Row& row) -> Result<void> {
        // A message that has ended has no content any more.
        const std::string sealed(row.text());
        assert_true(sealed.empty() || sealed.starts_with(mark));
        return {};
      }));
  got(f.direct()->query(
      "select ahv_index from people order by ahv_index", {}, [&](sql::Row& row) -> Result<void> {
        const std::string index(row.text());
        bool known = false;
        for (int number = 0; number < kPeople; ++number) {
          known = known || index == f.keyring.index("ahv", numbered_ahv(number).digits());
        }
        assert_true(known);
        return {};
      }));
}

void nobody_gets_in_twice_while_keys_change(void**) {
  // R5, R14: uniqueness holds across keys
  Populated f;
  f.change_keys();
  for (int round = 0; round < 2; ++round) {
    const Person other = person_named("Otto", numbered_ahv(3));
    assert_error(f.store->write("test", [&](Transaction& t) { return t.people().put(other); }),
                 Errc::conflict);
    const Person fresh = person_named("Otto", numbered_ahv(100 + round));
    f.write([&](Transaction& t) { got(t.people().put(fresh)); });
    for (const auto& [email, login] :
         {std::pair{email_of(4), "u-new"s}, std::pair{"new@example.ch"s, login_of(4)}}) {
      const Account again = account_of(fresh.id, email, login);
      assert_error(f.store->write("test", [&](Transaction& t) { return t.accounts().add(again); }),
                   Errc::conflict);
    }
    // And the owner can be written again.
    f.write([&](Transaction& t) {
      Person owner = *got(t.people().find_by_ahv(numbered_ahv(3)));
      got(t.people().put(owner));
    });
    f.reseal_all();
  }
  f.assert_all_there();
}

void codes_and_counts_made_meanwhile_are_under_the_new_key(void**) {
  // R5, T5
  Populated f;
  const std::string before = f.keyring.mark();
  f.change_keys();
  const AccountId& anna = f.accounts.front().id;
  f.write([&](Transaction& t) {
    got(t.challenges().open(f.scope, Secret("111222"), kNoon, kNoon + 10min));
    got(t.attempts().record(AttemptKind::wrong_code, anna.text(), kNoon + 1h));
  });
  f.read([&](Transaction& t) {
    const auto challenge = got(t.challenges().current(f.scope));
    assert_true(got(t.challenges().matches(challenge->id, Secret("111222"))));
    assert_false(got(t.challenges().matches(challenge->id, Secret("447683"))));
    // Those before the change count on.
    assert_int_equal(got(t.attempts().count(AttemptKind::wrong_code, anna.text(), kNoon - 1h)), 2);
    const Tally tally = got(t.attempts().tally(AttemptKind::wrong_code, anna.text(), kNoon - 1h));
    assert_int_equal(tally.count, 2);
    assert_true(tally.last == kNoon + 1h);
  });
  got(f.direct()->query("select code_hash from challenges", {}, [&](sql::Row& row) -> Result<void> {
    assert_false(row.text().starts_with(before));
    return {};
  }));
  f.write([&](Transaction& t) {
    got(t.attempts().forget(AttemptKind::wrong_code, anna.text()));
    assert_int_equal(got(t.attempts().count(AttemptKind::wrong_code, anna.text(), kNoon - 1h)), 0);
    assert_true(got(t.proofs().consume(anna, f.source, kNoon)));
    assert_false(got(t.proofs().consume(anna, f.source, kNoon)));
  });
}

void the_log_goes_on_under_the_new_key_and_never_again_under_the_old(void**) {
  // J3
  Populated f;
  Keyring old = got(Keyring::load(f.key_file()));
  f.write([&](Transaction& t) { got(t.audit().append(event())); });
  f.change_keys();
  f.write([&](Transaction& t) { got(t.audit().append(event(kNoon + 2h))); });
  f.read([&](Transaction& t) { assert_int_equal(got(t.audit().verify()), 0); });
  assert_int_equal(f.earlier("audit records"), 2);
  // Whoever has the old key and the database writes a record that would have been good before.
  got(f.direct()->run_once("delete from store_keys where number = 2"));
  {
    const auto forger = got(SqlStore::open(f.settings(), old, f.clock));
    got(forger->write("test", [](Transaction& t) { return t.audit().append(event(kNoon + 3h)); }));
  }
  got(f.direct()->execute("insert into store_keys values (2, :key, 0)",
                          {{"key", f.keyring.fingerprint()}}));
  f.read([&](Transaction& t) { assert_int_equal(got(t.audit().verify()), 4); });
}

void a_damaged_row_holds_up_no_other(void**) {
  // T7
  Populated f;
  got(f.direct()->execute("update people set personal = 'damaged' where id = :id",
                          {{"id", f.accounts[9].person.text()}}));
  f.change_keys();
  int unreadable = 0;
  for (Resealed done; !done.finished;) {
    done = f.step(7);
    unreadable += done.unreadable;
  }
  assert_int_equal(unreadable, 1);
  assert_int_equal(f.earlier("people"), 1);
  assert_int_equal(f.earlier("accounts"), 0);
}

void a_key_that_was_active_is_never_again(void**) {
  // T7
  Populated f;
  const std::string first = f.keyring.fingerprint();
  f.change_keys();
  const std::string second = f.keyring.fingerprint();
  const auto activate = [&](const std::string& key) {
    return f.store->write("test",
                          [&](Transaction& t) { return t.keys().activate(key, kNoon + 2h); });
  };
  assert_error(activate(first), Errc::conflict);
  // The active one once more: all is looked through again.
  f.reseal_all();
  assert_ok(activate(second));
  f.read([&](Transaction& t) {
    assert_true(got(t.keys().resealing()).has_value());
    const auto used = got(t.keys().used());
    assert_int_equal(used.size(), 2);
    assert_text(used[0].fingerprint, first);
    assert_true(used[0].activated == UtcTime());
    assert_text(used[1].fingerprint, second);
    assert_true(used[1].activated == kNoon + 1h);
  });
  assert_int_equal(f.step(1000).rows, 0);
  // A third, and everything is still there.
  f.change_keys();
  f.assert_all_there();
  f.reseal_all();
  f.close();
  f.open();
  f.assert_all_there();
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(everything_is_read_before_during_and_after_a_change_of_keys),
      cmocka_unit_test(nobody_gets_in_twice_while_keys_change),
      cmocka_unit_test(codes_and_counts_made_meanwhile_are_under_the_new_key),
      cmocka_unit_test(the_log_goes_on_under_the_new_key_and_never_again_under_the_old),
      cmocka_unit_test(a_damaged_row_holds_up_no_other),
      cmocka_unit_test(a_key_that_was_active_is_never_again),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
