// What is SQLite's alone: the store is a file, and a file can be looked at, moved and replaced.

#include <sys/stat.h>

#include <fstream>

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr auto record = [](Transaction& t) {
  return t.attempts().record(AttemptKind::wrong_code, "key", kNoon);
};

int recorded(StoreFixture& f) {
  int count = 0;
  f.read([&](Transaction& t) {
    count = got(t.attempts().count(AttemptKind::wrong_code, "key", kNoon - 1ms));
  });
  return count;
}

Result<void> read_once(StoreFixture& f) {
  return f.store->read([](Transaction& t) -> Result<void> {
    const auto count = t.attempts().count(AttemptKind::wrong_code, "key", kNoon);
    if (!count) return fail(count.error());
    return {};
  });
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat info {};
  assert_int_equal(::stat(file.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

void every_file_of_the_store_is_private(void**) {
  // R5
  StoreFixture f;
  stored_account(f);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    assert_int_equal(mode_of(f.file().string() + suffix), 0600);
  }
}

void a_missing_folder_is_made_private(void**) {
  // R5
  StoreFixture f;
  StoreSettings settings = f.settings();
  settings.url = "sqlite://" + (f.folder / "new folder" / "portal.db").string();
  const auto opened = SqlStore::open(settings, f.keyring, f.clock);
  assert_ok(opened);
  assert_int_equal(mode_of(f.folder / "new folder"), 0700);
}

void a_file_that_others_may_use_is_refused(void**) {
  // R5
  StoreFixture f;
  f.close();
  assert_int_equal(::chmod(f.file().c_str(), 0640), 0);
  assert_error(SqlStore::open(f.settings(), f.keyring, f.clock), Errc::denied);
  assert_int_equal(::chmod(f.file().c_str(), 0600), 0);
  f.open();
}

void a_store_moved_away_is_unavailable_and_never_made_anew(void**) {
  // R13
  StoreFixture f;
  got(f.store->write("test.write", record));
  const std::filesystem::path away = f.folder / "away.db";
  std::filesystem::rename(f.file(), away);
  assert_error(f.store->write("test.write", record), Errc::unavailable);
  assert_error(read_once(f), Errc::unavailable);
  assert_false(std::filesystem::exists(f.file()));
  std::filesystem::rename(away, f.file());
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 2);
}

void another_file_in_its_place_is_refused(void**) {
  // T7
  StoreFixture f;
  got(f.store->write("test.write", record));
  // The journal would follow the name, not the file: it must be empty when the file is moved.
  const auto direct = f.direct();
  got(direct->run_once("pragma wal_checkpoint(truncate)"));
  const std::filesystem::path away = f.folder / "away.db";
  StoreFixture stranger;
  stranger.close();
  for (const bool empty : {true, false}) {
    std::filesystem::rename(f.file(), away);
    if (empty) {
      std::ofstream(f.file()).close();
    } else {
      std::filesystem::copy_file(stranger.file(), f.file());
    }
    assert_error(f.store->write("test.write", record), Errc::unavailable);
    assert_error(read_once(f), Errc::unavailable);
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(f.file().string() + suffix);
    }
    std::filesystem::rename(away, f.file());
  }
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 2);
}

void a_backup_played_back_is_taken_up(void**) {
  // R13
  StoreFixture f;
  got(f.store->write("test.write", record));
  f.close();
  std::filesystem::copy_file(f.file(), f.folder / "backup.db");
  f.open();
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 2);
  std::filesystem::remove(f.file().string() + "-wal");
  std::filesystem::remove(f.file().string() + "-shm");
  std::filesystem::rename(f.folder / "backup.db", f.file());
  assert_int_equal(recorded(f), 1);
  got(f.store->write("test.write", record));
  assert_int_equal(recorded(f), 2);
}

void a_damaged_file_is_unavailable(void**) {
  // R13
  StoreFixture f;
  f.close();
  {
    std::fstream file(f.file(), std::ios::in | std::ios::out | std::ios::binary);
    file << "this is no database at all, whatever it may have been before";
  }
  const auto opened = SqlStore::open(f.settings(), f.keyring, f.clock);
  assert_error(opened, Errc::unavailable);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_file_of_the_store_is_private),
      cmocka_unit_test(a_missing_folder_is_made_private),
      cmocka_unit_test(a_file_that_others_may_use_is_refused),
      cmocka_unit_test(a_store_moved_away_is_unavailable_and_never_made_anew),
      cmocka_unit_test(another_file_in_its_place_is_refused),
      cmocka_unit_test(a_backup_played_back_is_taken_up),
      cmocka_unit_test(a_damaged_file_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
