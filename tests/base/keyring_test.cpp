#include "base/keyring.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// A folder of its own for one test, removed at its end.
struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/portal-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

void sealed_text_opens_only_with_its_key_and_at_its_place(void**) {
  // R5, T7
  const Keyring keyring = Keyring::ephemeral();
  const std::string sealed = keyring.seal("a seed", "factors/1/seed");
  assert_true(sealed.find("a seed") == std::string::npos);
  const Result<Secret> opened = keyring.open(sealed, "factors/1/seed");
  assert_ok(opened);
  test::assert_text(opened->reveal(), "a seed");
  assert_error(keyring.open(sealed, "factors/2/seed"), Errc::denied);
  assert_error(Keyring::ephemeral().open(sealed, "factors/1/seed"), Errc::denied);
  std::string changed = sealed;
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  assert_error(keyring.open(changed, "factors/1/seed"), Errc::denied);
  assert_error(keyring.open("", "factors/1/seed"), Errc::denied);
}

void the_same_code_hashes_differently_and_verifies(void**) {
  // R5, T9
  const Keyring keyring = Keyring::ephemeral();
  const Secret code("447683");
  const std::string first = keyring.hash_code("sms", code);
  const std::string second = keyring.hash_code("sms", code);
  assert_true(first != second);
  assert_true(keyring.verify_code(first, "sms", code));
  assert_true(keyring.verify_code(second, "sms", code));
  assert_false(keyring.verify_code(first, "mail", code));
  assert_false(keyring.verify_code(first, "sms", Secret("447684")));
  assert_false(keyring.verify_code("", "sms", code));
  assert_false(keyring.verify_code("nonsense", "sms", code));
}

void an_index_depends_on_key_purpose_and_value(void**) {
  // R5
  const Keyring keyring = Keyring::ephemeral();
  test::assert_text(keyring.index("ahv", "7569217076985"), keyring.index("ahv", "7569217076985"));
  assert_true(keyring.index("ahv", "x") != keyring.index("email", "x"));
  assert_true(keyring.index("ahv", "x") != Keyring::ephemeral().index("ahv", "x"));
  assert_true(keyring.index("ab", "c") != keyring.index("a", "bc"));
}

void a_key_file_is_private_new_and_read_back(void**) {
  // T7
  const TemporaryFolder folder;
  const auto file = folder.path / "key";
  assert_ok(Keyring::generate(file));
  struct stat info {};
  assert_int_equal(::stat(file.c_str(), &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  const Result<Keyring> first = Keyring::load(file);
  assert_ok(first);
  const Result<Keyring> second = Keyring::load(file);
  assert_ok(second);
  test::assert_text(first->fingerprint(), second->fingerprint());
  assert_ok(second->open(first->seal("x", "row"), "row"));
  assert_error(Keyring::generate(file), Errc::conflict);
}

void a_key_file_that_others_may_read_is_refused(void**) {
  // T7
  const TemporaryFolder folder;
  const auto file = folder.path / "key";
  assert_ok(Keyring::generate(file));
  assert_int_equal(::chmod(file.c_str(), 0640), 0);
  assert_error(Keyring::load(file), Errc::denied);
  assert_error(Keyring::load(folder.path / "none"), Errc::not_found);
}

void a_damaged_key_file_is_refused(void**) {
  // T7
  const TemporaryFolder folder;
  const auto file = folder.path / "key";
  assert_ok(Keyring::generate(file));
  assert_int_equal(::truncate(file.c_str(), 30), 0);
  assert_error(Keyring::load(file), Errc::malformed);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(sealed_text_opens_only_with_its_key_and_at_its_place),
      cmocka_unit_test(the_same_code_hashes_differently_and_verifies),
      cmocka_unit_test(an_index_depends_on_key_purpose_and_value),
      cmocka_unit_test(a_key_file_is_private_new_and_read_back),
      cmocka_unit_test(a_key_file_that_others_may_read_is_refused),
      cmocka_unit_test(a_damaged_key_file_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
