#include "import_rows.hpp"
#include "populated.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// People of imports have other numbers than those who are there already.
std::vector<ImportRow> new_rows(std::string_view letter_code = "K7QF-9XTM-2PWR") {
  return import_rows(kPeople + 1, kPeople + 4, letter_code);
}

Result<void> activated(Populated& f) {
  return f.store->write("test", [&](Transaction& t) {
    return t.keys().activate(f.keyring.fingerprint(), kNoon + 1h);
  });
}

void no_key_becomes_active_while_an_import_is_under_way(void**) {
  // T7, J6
  Populated f;
  const ImportId left = opened(f);
  assert_error(activated(f), Errc::conflict);
  f.write([&](Transaction& t) { got(t.imports().abandon(left)); });
  const ImportId import = opened(f);
  assert_true(added(f, import, new_rows()).clashes.empty());
  assert_error(activated(f), Errc::conflict);
  committed(f, import);
  // In force, and not yet people.
  assert_error(activated(f), Errc::conflict);
  settle_all(f);
  assert_ok(activated(f));
}

void no_import_begins_while_people_are_sealed_anew(void**) {
  // T7, J6
  Populated f;
  f.change_keys();
  const auto open = [&] {
    return f.store->write("test", [](Transaction& t) {
      return t.imports().open(ImportId::random(), "uid 0", kNoon);
    });
  };
  assert_error(open(), Errc::conflict);
  f.step(7);
  assert_error(open(), Errc::conflict);
  f.reseal_all();
  assert_ok(open());
}

void rows_that_were_sealed_before_are_not_taken(void**) {
  // T7: by a daemon that had not noticed yet; nobody would find their people
  Populated f;
  std::vector<SealedRow> sealed;
  f.read([&](Transaction& t) { sealed = t.imports().seal(new_rows(), kNoon); });
  f.change_keys();
  f.reseal_all();
  const ImportId import = opened(f);
  const auto add = [&] {
    return f.store->write("test", [&](Transaction& t) -> Result<void> {
      const auto done = t.imports().add(import, sealed, kNoon);
      return done ? Result<void>() : portal::fail(done.error());
    });
  };
  assert_error(add(), Errc::unavailable);
  f.read([&](Transaction& t) { sealed = t.imports().seal(new_rows(), kNoon); });
  assert_ok(add());
}

void who_has_not_noticed_the_new_key_adds_nobody(void**) {
  // T7, J6: an import would not find them
  Populated f;
  got(add_key_to_file(f.key_file()));
  Keyring late = got(Keyring::load(f.key_file()));
  const auto behind = got(SqlStore::open(f.settings(), late, f.clock));
  got(f.keyring.take_up(f.key_file()));
  const std::string first = f.keyring.fingerprint();
  const std::string newest = f.keyring.fingerprints().front();
  f.write([&](Transaction& t) { got(t.keys().activate(newest, kNoon + 1h)); });
  const Person otto = person_named("Otto", numbered_ahv(100));
  const auto put = [&](Transaction& t) { return t.people().put(otto); };
  assert_error(behind->write("test", put), Errc::unavailable);
  got(late.use(first, newest));
  assert_ok(behind->write("test", put));
}

void the_same_file_changes_nothing_after_a_change_of_keys(void**) {
  // J6, R3: a code that was used does not come back to life
  Populated f;
  const ImportId before = imported(f, new_rows());
  settle_all(f);
  assert_int_equal(import_named(f, before).report.letters, 4);
  const AhvNumber number = numbered_ahv(kPeople + 1);
  f.write([&](Transaction& t) {
    const auto person = got(t.people().find_by_ahv(number)).value();
    const auto letter = got(t.people().newest_letter(person.id, PortalId("flex"))).value();
    assert_true(got(t.people().redeem(letter.id, kNoon)));
  });
  for (int change = 1; change <= 2; ++change) {
    f.change_keys();
    f.reseal_all();
    const UtcTime later = kNoon + std::chrono::hours(24 * change);
    const ImportId again = imported(f, new_rows(), later);
    settle_all(f);
    const Import import = import_named(f, again);
    assert_int_equal(import.report.unchanged, 4);
    assert_int_equal(import.report.letters, 0);
    assert_false(reads_as_open(f, number));
    assert_true(reads_as_open(f, numbered_ahv(kPeople + 2)));
  }
  // Another code is a new letter all the same.
  const ImportId other = imported(f, new_rows("BBBB-2222"), kNoon + 24h * 3);
  settle_all(f);
  assert_int_equal(import_named(f, other).report.letters, 4);
  assert_true(reads_as_open(f, number, "BBBB-2222"));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(no_key_becomes_active_while_an_import_is_under_way),
      cmocka_unit_test(no_import_begins_while_people_are_sealed_anew),
      cmocka_unit_test(rows_that_were_sealed_before_are_not_taken),
      cmocka_unit_test(who_has_not_noticed_the_new_key_adds_nobody),
      cmocka_unit_test(the_same_file_changes_nothing_after_a_change_of_keys),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
