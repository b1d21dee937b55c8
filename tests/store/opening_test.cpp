#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat info {};
  assert_int_equal(::stat(file.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

void another_key_is_refused_and_changes_nothing(void**) {
  // T7
  StoreFixture f;
  stored_account(f);
  f.close();
  const std::string before = content_of(f.file());
  assert_true(before.size() > 4096);
  const auto refused = SqlStore::open(f.settings(), Keyring::ephemeral(), f.clock);
  assert_error(refused, Errc::denied);
  assert_true(content_of(f.file()) == before);
  f.open();
  f.read([&](Transaction& t) { assert_true(got(t.people().find_by_ahv(ahv())).has_value()); });
}

void another_key_is_refused_while_the_store_is_in_use(void**) {
  // T7
  StoreFixture f;
  stored_account(f);
  const auto refused = SqlStore::open(f.settings(), Keyring::ephemeral(), f.clock);
  assert_error(refused, Errc::denied);
  stored_account(f, numbered_ahv(1), "otto@example.ch", "u2");
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

void only_a_full_url_is_taken(void**) {
  StoreFixture f;
  for (const char* url :
       {"", "sqlite", "sqlite:", "sqlite://", "sqlite://relative/portal.db", "/var/lib/portal.db",
        "mysql:///x", "sqlite:///folder/", "sqlite:///tmp/a\"b.db"}) {
    StoreSettings settings;
    settings.url = url;
    assert_error(SqlStore::open(settings, f.keyring, f.clock), Errc::malformed);
  }
  for (const int readers : {0, -1, 65}) {
    StoreSettings settings = f.settings();
    settings.readers = readers;
    assert_error(SqlStore::open(settings, f.keyring, f.clock), Errc::malformed);
  }
}

void a_place_that_cannot_be_written_is_unavailable(void**) {
  StoreFixture f;
  StoreSettings settings;
  settings.url = "sqlite:///proc/none/portal.db";
  assert_error(SqlStore::open(settings, f.keyring, f.clock), Errc::unavailable);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(another_key_is_refused_and_changes_nothing),
      cmocka_unit_test(another_key_is_refused_while_the_store_is_in_use),
      cmocka_unit_test(every_file_of_the_store_is_private),
      cmocka_unit_test(a_missing_folder_is_made_private),
      cmocka_unit_test(a_file_that_others_may_use_is_refused),
      cmocka_unit_test(only_a_full_url_is_taken),
      cmocka_unit_test(a_place_that_cannot_be_written_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
