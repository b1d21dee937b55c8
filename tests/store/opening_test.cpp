#include <fstream>
#include <sstream>

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// All of a file; on PostgreSQL what tells that somebody wrote.
std::string content_of(const StoreFixture& f) {
  std::ostringstream content;
  if (!on_postgresql()) {
    content << std::ifstream(f.file(), std::ios::binary).rdbuf();
    return content.str();
  }
  got(
      f.direct()->query("select name || ' ' || value || ' ' || xmin || ' ' || ctid from store_facts"
                        " union all select id || ' ' || personal || xmin || ' ' || ctid from people"
                        " union all select number || ' ' || xmin from schema_migrations",
                        {}, [&](sql::Row& row) -> Result<void> {
                          content << row.text() << "\n";
                          return {};
                        }));
  return content.str();
}

void another_key_is_refused_and_changes_nothing(void**) {
  // T7
  StoreFixture f;
  stored_account(f);
  f.close();
  const std::string before = content_of(f);
  assert_true(before.size() > (on_postgresql() ? 100U : 4096U));
  Keyring another = Keyring::ephemeral();
  const auto refused = SqlStore::open(f.settings(), another, f.clock);
  assert_error(refused, Errc::denied);
  assert_true(content_of(f) == before);
  f.open();
  f.read([&](Transaction& t) { assert_true(got(t.people().find_by_ahv(ahv())).has_value()); });
}

void another_key_is_refused_while_the_store_is_in_use(void**) {
  // T7
  StoreFixture f;
  stored_account(f);
  Keyring another = Keyring::ephemeral();
  const auto refused = SqlStore::open(f.settings(), another, f.clock);
  assert_error(refused, Errc::denied);
  stored_account(f, numbered_ahv(1), "otto@example.ch", "u2");
}

void only_a_full_url_is_taken(void**) {
  StoreFixture f;
  for (const char* url : {"", "sqlite", "sqlite:", "sqlite://", "sqlite://relative/portal.db",
                          "/var/lib/portal.db", "mysql:///x", "sqlite:///folder/",
                          "sqlite:///tmp/a\"b.db", "postgresql:/x", "postgresql:"}) {
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
      cmocka_unit_test(only_a_full_url_is_taken),
      cmocka_unit_test(a_place_that_cannot_be_written_is_unavailable),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
