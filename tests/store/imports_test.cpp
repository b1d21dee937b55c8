#include <atomic>
#include <functional>
#include <thread>

#include "import_rows.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void what_is_not_committed_is_seen_by_nobody(void**) {
  // J6
  StoreFixture f;
  const ImportId id = opened(f);
  assert_int_equal(added(f, id, import_rows(1, 3)).rows_in_all, 3);
  assert_int_equal(added(f, id, import_rows(4, 5)).rows_in_all, 5);
  settle_all(f);
  assert_false(reads_as_open(f, numbered_ahv(1), "K7QF-9XTM-2PWR"));
  assert_int_equal(rows_in(f, "people"), 0);
  assert_true(import_named(f, id).state == ImportState::open);
}

void a_commit_is_in_force_at_once_however_little_is_settled(void**) {
  // J6, R3
  StoreFixture f;
  const ImportId id = imported(f, import_rows(1, 300));
  assert_int_equal(rows_in(f, "people"), 0);
  assert_true(reads_as_open(f, numbered_ahv(300), "K7QF-9XTM-2PWR"));
  assert_true(reads_as_open(f, numbered_ahv(7), "K7QF-9XTM-2PWR"));
  assert_int_equal(rows_in(f, "people"), 2);
  f.write([&](Transaction& t) { assert_true(got(opens(t, numbered_ahv(8), "K7QF-9XTM-2PWR"))); });
  Import import = import_named(f, id);
  assert_true(import.state == ImportState::committed);
  assert_int_equal(import.settled, 3);
  settle_all(f);
  import = import_named(f, id);
  assert_true(import.state == ImportState::done);
  assert_int_equal(import.settled, 300);
  assert_int_equal(import.report.added, 300);
  assert_int_equal(import.report.letters, 300);
  assert_int_equal(rows_in(f, "people"), 300);
  assert_int_equal(rows_in(f, "import_rows"), 0);
}

/// Whether somebody who goes this way sees the old letter as dead. Failures are handed on: a read
/// that meets rows that are not settled is done once more.
using Look = std::function<Result<bool>(Transaction&, const PersonId&, const LetterId& old)>;

const std::vector<Look> kReading = {
    [](Transaction& t, const PersonId&, const LetterId& old) -> Result<bool> {
      const auto letter = t.people().letter(old);
      if (!letter) return fail(letter.error());
      return letter->dead.has_value();
    },
    [](Transaction& t, const PersonId& vera, const LetterId& old) -> Result<bool> {
      const auto all = t.people().letters_of(vera);
      if (!all) return fail(all.error());
      return all->size() == 2 && !all->front().dead && all->back().id == old && all->back().dead;
    },
    [](Transaction& t, const PersonId& vera, const LetterId& old) -> Result<bool> {
      const auto newest = t.people().newest_letter(vera, PortalId("flex"));
      if (!newest) return fail(newest.error());
      return *newest && (*newest)->id != old;
    },
    [](Transaction& t, const PersonId& vera, const LetterId&) -> Result<bool> {
      const auto person = t.people().get(vera);
      if (!person) return fail(person.error());
      return person->family_name == "Neu";
    },
};

const std::vector<Look> kWriting = {
    [](Transaction& t, const PersonId&, const LetterId& old) -> Result<bool> {
      return !got(t.people().redeem(old, kNoon));
    },
    [](Transaction& t, const PersonId&, const LetterId& old) -> Result<bool> {
      got(t.people().kill(old, kNoon + 24h));
      return got(t.people().letter(old)).dead == kNoon;
    },
    [](Transaction& t, const PersonId& vera, const LetterId& old) -> Result<bool> {
      // A code issued later counts, not what was imported before.
      const Letter later = letter_for(vera, "flex", kNoon + 1h);
      got(t.people().issue(later, code("DDDD-4444")));
      const Letter newest = got(t.people().newest_letter(vera, PortalId("flex"))).value();
      return newest.id == later.id && !got(t.people().redeem(old, kNoon + 1h));
    },
};

void an_old_letter_is_dead_from_the_commit_on_by_every_path(void**) {
  // R3
  for (const bool by_reading : {true, false}) {
    for (const Look& look : by_reading ? kReading : kWriting) {
      StoreFixture f;
      const Person vera = person_named("Vera");
      const Letter old = letter_for(vera.id);
      f.write([&](Transaction& t) {
        got(t.people().put(vera));
        got(t.people().issue(old, code("AAAA-1111")));
      });
      ImportRow row = import_row(2, "BBBB-2222", &*vera.ahv);
      row.row.family_name = "Neu";
      imported(f, rows_of(std::move(row)));
      const auto work = [&](Transaction& t) { return look(t, vera.id, old.id); };
      assert_true(got(by_reading ? in_read<bool>(*f.store, work)
                                 : in_write<bool>(*f.store, "test.look", work)));
      settle_all(f);
      assert_true(got(in_read<bool>(*f.store, [&](Transaction& t) -> Result<bool> {
        return got(t.people().letter(old.id)).dead.has_value();
      })));
    }
  }
}

void imports_take_effect_in_the_order_of_their_commits(void**) {
  // R3, J6
  for (const bool at_once : {true, false}) {
    StoreFixture f;
    const AhvNumber number = numbered_ahv(1);
    const ImportId first = opened(f);
    const ImportId second = opened(f);
    ImportRow renamed = import_row(1, "BBBB-2222");
    renamed.row.given_name = "Veronika";
    (void)added(f, second, rows_of(std::move(renamed)));
    (void)added(f, first, rows_of(import_row(1, "AAAA-1111")));
    committed(f, first);
    committed(f, second);
    if (at_once) settle_all(f, 1);
    assert_false(reads_as_open(f, number, "AAAA-1111"));
    assert_true(reads_as_open(f, number, "BBBB-2222"));
    settle_all(f);
    f.read([&](Transaction& t) {
      assert_text(got(t.people().find_by_ahv(number)).value().given_name, "Veronika");
    });
    assert_true(reads_as_open(f, number, "BBBB-2222"));
    assert_int_equal(import_named(f, second).report.updated, 1);
  }
}

void the_same_rows_again_change_nothing_and_revive_no_used_code(void**) {
  // J6, R4
  StoreFixture f;
  imported(f, import_rows(1, 2));
  f.write([&](Transaction& t) {
    const Person person = got(t.people().find_by_ahv(numbered_ahv(1))).value();
    const Letter letter = got(t.people().newest_letter(person.id, PortalId("flex"))).value();
    assert_true(got(t.people().redeem(letter.id, kNoon)));
  });
  const ImportId again = imported(f, import_rows(1, 2));
  assert_false(reads_as_open(f, numbered_ahv(1), "K7QF-9XTM-2PWR"));
  assert_true(reads_as_open(f, numbered_ahv(2), "K7QF-9XTM-2PWR"));
  settle_all(f);
  const Import import = import_named(f, again);
  assert_int_equal(import.report.unchanged, 2);
  assert_int_equal(import.report.letters, 0);
  assert_int_equal(rows_in(f, "letters"), 2);
  // Nor one that was issued here and comes back in the fund's file.
  f.write([&](Transaction& t) {
    const Person person = got(t.people().find_by_ahv(numbered_ahv(2))).value();
    got(t.people().issue(letter_for(person.id), code("CCCC-3333")));
  });
  imported(f, rows_of(import_row(2, "CCCC-3333")));
  settle_all(f);
  assert_int_equal(rows_in(f, "letters"), 3);
}

void another_audience_is_another_letter_and_no_code_is_none(void**) {
  // R3
  StoreFixture f;
  imported(f, rows_of(import_row(1)));
  ImportRow employer = import_row(1);
  employer.row.audience = AudienceId("employer");
  imported(f, rows_of(std::move(employer)));
  ImportRow without = import_row(1);
  without.row.code.reset();
  imported(f, rows_of(std::move(without)));
  settle_all(f);
  assert_int_equal(rows_in(f, "letters"), 2);
  f.read([&](Transaction& t) {
    const Person person = got(t.people().find_by_ahv(numbered_ahv(1))).value();
    const Letter newest = got(t.people().newest_letter(person.id, PortalId("flex"))).value();
    assert_text(newest.audience.text(), "employer");
    assert_true(newest.issued == kNoon);
    assert_true(newest.expires == kNoon + std::chrono::days(400));
  });
}

void a_chunk_that_is_sent_twice_is_taken_once(void**) {
  // J6
  StoreFixture f;
  const ImportId id = opened(f);
  (void)added(f, id, import_rows(1, 10));
  const RowsAdded again = added(f, id, import_rows(1, 10));
  assert_int_equal(again.rows_in_all, 10);
  assert_true(again.clashes.empty());
  // Half of it new, as after a chunk that was cut.
  assert_int_equal(added(f, id, import_rows(6, 15)).rows_in_all, 15);
  assert_false(import_named(f, id).spoilt);
  // But one line is one row.
  const RowsAdded other = added(f, id, rows_of(import_row(15, "AAAA-1111")));
  assert_int_equal(other.clashes.size(), 1);
  assert_int_equal(other.clashes[0].line, 15);
  assert_false(other.clashes[0].is_twice || other.clashes[0].contradicts);
  assert_true(import_named(f, id).spoilt);
}

void rows_that_cannot_both_be_are_told_with_both_lines(void**) {
  // J6
  StoreFixture f;
  const AhvNumber one = numbered_ahv(1);
  for (const bool later_first : {false, true}) {
    const ImportId id = opened(f);
    ImportRow other_portal = import_row(3, "K7QF-9XTM-2PWR", &one);
    other_portal.row.portal = PortalId("1e");
    assert_true(added(f, id, rows_of(import_row(2, "K7QF-9XTM-2PWR", &one))).clashes.empty());
    assert_true(added(f, id, rows_of(std::move(other_portal))).clashes.empty());
    ImportRow reborn = import_row(later_first ? 1 : 9, "K7QF-9XTM-2PWR", &one);
    reborn.row.portal = PortalId("third");
    reborn.row.born = got(BirthDate::parse("18.04.1963"));
    const RowsAdded taken = added(f, id, rows_of(std::move(reborn)));
    assert_int_equal(taken.clashes.size(), 1);
    assert_int_equal(taken.clashes[0].line, later_first ? 2 : 9);
    assert_int_equal(taken.clashes[0].other, later_first ? 1 : 2);
    assert_true(taken.clashes[0].contradicts);
    assert_false(taken.clashes[0].is_twice);
    // Of others' imports nobody is told.
    assert_true(added(f, opened(f), rows_of(import_row(5, "AAAA-1111", &one))).clashes.empty());
  }
}

void a_file_of_one_person_alone_is_refused_row_by_row(void**) {
  // J6
  StoreFixture f;
  const ImportId id = opened(f);
  const AhvNumber one = numbered_ahv(1);
  for (int chunk = 0; chunk < 5; ++chunk) {
    std::vector<ImportRow> rows;
    for (int line = 1; line <= 1'000; ++line) {
      rows.push_back(import_row(chunk * 1'000 + line, "K7QF-9XTM-2PWR", &one));
    }
    const RowsAdded taken = added(f, id, rows);
    assert_int_equal(taken.clashes.size(), chunk == 0 ? 999 : 1'000);
    for (const RowClash& clash : taken.clashes) {
      assert_true(clash.is_twice);
      assert_int_equal(clash.other, 1);
    }
  }
}

void a_committed_import_takes_no_rows_and_is_committed_once(void**) {
  // J6
  StoreFixture f;
  const ImportId id = imported(f, import_rows(1, 2));
  const Result<void> late = f.store->write("test.write", [&](Transaction& t) -> Result<void> {
    const auto taken = t.imports().add(id, t.imports().seal(import_rows(3, 3), kNoon), kNoon);
    return taken ? Result<void>() : fail(taken.error());
  });
  assert_error(late, Errc::not_found);
  for (const auto& act : std::vector<std::function<Result<void>(Imports&)>>{
           [&](Imports& imports) { return imports.commit(id, kNoon, kNoon + 24h); },
           [&](Imports& imports) { return imports.abandon(id); },
           [&](Imports& imports) { return imports.spoil(id, kNoon); }}) {
    assert_error(f.store->write("test.write", [&](Transaction& t) { return act(t.imports()); }),
                 Errc::conflict);
  }
  const ImportId spoilt = opened(f);
  f.write([&](Transaction& t) { got(t.imports().spoil(spoilt, kNoon)); });
  assert_error(f.store->write(
                   "test.write",
                   [&](Transaction& t) { return t.imports().commit(spoilt, kNoon, kNoon + 24h); }),
               Errc::conflict);
}

void what_is_abandoned_is_forgotten_bit_by_bit(void**) {
  // J6, J5
  StoreFixture f;
  const ImportId id = opened(f);
  (void)added(f, id, import_rows(1, 25));
  const ImportId other = opened(f);
  (void)added(f, other, import_rows(1, 5));
  f.write([&](Transaction& t) { got(t.imports().abandon(id)); });
  f.write([&](Transaction& t) { assert_int_equal(got(t.imports().forget(10)), 10); });
  assert_int_equal(rows_in(f, "import_rows"), 20);
  settle_all(f, 10);
  assert_int_equal(rows_in(f, "import_rows"), 5);
  assert_int_equal(rows_in(f, "imports"), 1);
  assert_false(reads_as_open(f, numbered_ahv(1), "K7QF-9XTM-2PWR"));
  committed(f, other);
  assert_true(reads_as_open(f, numbered_ahv(1), "K7QF-9XTM-2PWR"));
}

void an_open_import_goes_on_after_a_restart(void**) {
  // J6
  StoreFixture f;
  const ImportId id = opened(f);
  (void)added(f, id, import_rows(1, 5));
  f.close();
  f.open();
  assert_int_equal(added(f, id, import_rows(6, 8)).rows_in_all, 8);
  committed(f, id);
  f.close();
  f.open();
  assert_true(reads_as_open(f, numbered_ahv(8), "K7QF-9XTM-2PWR"));
  settle_all(f);
  assert_int_equal(rows_in(f, "people"), 8);
}

void what_is_settled_is_settled_once_and_whole_people_at_a_time(void**) {
  // J6, R3
  StoreFixture f;
  const ImportId id = opened(f);
  for (int line = 1; line <= 20; ++line) {
    const AhvNumber number = numbered_ahv((line + 1) / 2);
    ImportRow row = import_row(line, "K7QF-9XTM-2PWR", &number);
    if (line % 2 == 0) row.row.portal = PortalId("1e");
    assert_true(added(f, id, rows_of(std::move(row))).clashes.empty());
  }
  committed(f, id);
  f.write([&](Transaction& t) { assert_int_equal(got(t.imports().settle(1)), 2); });
  f.write([&](Transaction& t) { assert_int_equal(got(t.imports().settle(3)), 4); });
  assert_int_equal(rows_in(f, "people"), 3);
  assert_int_equal(rows_in(f, "letters"), 6);
  for (int person = 1; person <= 10; ++person) {
    assert_true(reads_as_open(f, numbered_ahv(person)));
  }
  settle_all(f, 7);
  const Import import = import_named(f, id);
  assert_true(import.state == ImportState::done);
  assert_int_equal(import.settled, 20);
  assert_int_equal(import.report.added, 10);
  assert_int_equal(import.report.letters, 20);
  assert_int_equal(rows_in(f, "letters"), 20);
  assert_int_equal(rows_in(f, "import_rows"), 0);
}

void sixty_four_redemptions_across_a_settling_give_one_success(void**) {
  // R4, R3
  StoreFixture f;
  f.patience = 20'000ms;
  f.close();
  f.open();
  constexpr int kThreads = 64;
  const AhvNumber number = numbered_ahv(40);
  imported(f, rows_of(import_row(40, "AAAA-1111")));
  settle_all(f);
  imported(f, import_rows(1, 200, "BBBB-2222"));
  std::atomic<int> redeemed = 0;
  std::atomic<int> by_old_code = 0;
  std::atomic<int> failed = 0;
  const auto try_code = [&](Transaction& t, std::string_view letter_code) -> Result<bool> {
    const Result<bool> open = opens(t, number, letter_code);
    if (!open || !*open) return open;
    const Person person = got(t.people().find_by_ahv(number)).value();
    const Letter letter = got(t.people().newest_letter(person.id, PortalId("flex"))).value();
    return t.people().redeem(letter.id, kNoon);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      if (i % 4 == 0) {
        const auto settled = in_write<int>(*f.store, "test.settle",
                                           [](Transaction& t) { return t.imports().settle(10); });
        if (!settled) ++failed;
      }
      for (const std::string_view letter_code : {"AAAA-1111", "BBBB-2222"}) {
        const auto answer = in_write<bool>(
            *f.store, "test.redeem", [&](Transaction& t) { return try_code(t, letter_code); });
        if (!answer) ++failed;
        if (answer && *answer) ++(letter_code == "AAAA-1111" ? by_old_code : redeemed);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(failed, 0);
  assert_int_equal(by_old_code, 0);
  assert_int_equal(redeemed, 1);
  settle_all(f);
  assert_int_equal(rows_in(f, "people"), 200);
  assert_int_equal(rows_in(f, "letters"), 201);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_committed_is_seen_by_nobody),
      cmocka_unit_test(a_commit_is_in_force_at_once_however_little_is_settled),
      cmocka_unit_test(an_old_letter_is_dead_from_the_commit_on_by_every_path),
      cmocka_unit_test(imports_take_effect_in_the_order_of_their_commits),
      cmocka_unit_test(the_same_rows_again_change_nothing_and_revive_no_used_code),
      cmocka_unit_test(another_audience_is_another_letter_and_no_code_is_none),
      cmocka_unit_test(a_chunk_that_is_sent_twice_is_taken_once),
      cmocka_unit_test(rows_that_cannot_both_be_are_told_with_both_lines),
      cmocka_unit_test(a_file_of_one_person_alone_is_refused_row_by_row),
      cmocka_unit_test(a_committed_import_takes_no_rows_and_is_committed_once),
      cmocka_unit_test(what_is_abandoned_is_forgotten_bit_by_bit),
      cmocka_unit_test(an_open_import_goes_on_after_a_restart),
      cmocka_unit_test(what_is_settled_is_settled_once_and_whole_people_at_a_time),
      cmocka_unit_test(sixty_four_redemptions_across_a_settling_give_one_success),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
