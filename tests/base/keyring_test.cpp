#include "base/keyring.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/key_file.hpp"
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

/// A file with one key, and the keyring of that time.
struct Changing {
  Changing() {
    assert_ok(Keyring::generate(file));
    before.emplace(*Keyring::load(file));
  }
  TemporaryFolder folder;
  std::filesystem::path file = folder.path / "key";
  std::optional<Keyring> before;
};

void an_earlier_key_still_opens_and_verifies(void**) {
  // T7, R5
  Changing changing;
  const Secret code("447683");
  const std::string sealed = changing.before->seal("a seed", "factors/1/seed");
  const std::string hash = changing.before->hash_code("sms", code);
  assert_ok(add_key_to_file(changing.file));
  const Result<Keyring> both = Keyring::load(changing.file);
  assert_ok(both);
  assert_true(both->fingerprint() != changing.before->fingerprint());
  const auto held = both->fingerprints();
  assert_int_equal(held.size(), 2);
  test::assert_text(held[0], both->fingerprint());
  test::assert_text(held[1], changing.before->fingerprint());
  test::assert_text(both->open(sealed, "factors/1/seed")->reveal(), "a seed");
  assert_true(both->verify_code(hash, "sms", code));
  assert_false(both->verify_code(hash, "sms", Secret("447684")));
  // The new one seals, and who lacks it says which one is missing.
  const std::string anew = both->seal("a seed", "factors/1/seed");
  assert_true(anew.starts_with(both->mark()));
  test::assert_text(both->mark(), both->fingerprint().substr(0, 8) + ".");
  const auto refused = changing.before->open(anew, "factors/1/seed");
  assert_error(refused, Errc::denied);
  assert_true(refused.error().detail.find(both->fingerprint().substr(0, 8)) != std::string::npos);
  assert_false(changing.before->verify_code(both->hash_code("sms", code), "sms", code));
}

void what_an_earlier_program_made_has_no_mark_and_is_read(void**) {
  // R5
  Changing changing;
  const Secret code("447683");
  const std::string sealed = changing.before->seal("a seed", "row").substr(9);
  const std::string hash = changing.before->hash_code("sms", code).substr(9);
  assert_true(sealed.find('.') == std::string::npos);
  assert_ok(add_key_to_file(changing.file));
  const Result<Keyring> both = Keyring::load(changing.file);
  assert_ok(both);
  const Keyring& before = *changing.before;
  for (const Keyring* keyring : {&before, &*both}) {
    test::assert_text(keyring->open(sealed, "row")->reveal(), "a seed");
    assert_error(keyring->open(sealed, "another row"), Errc::denied);
    assert_true(keyring->verify_code(hash, "sms", code));
    assert_false(keyring->verify_code(hash, "sms", Secret("447684")));
  }
  assert_error(Keyring::ephemeral().open(sealed, "row"), Errc::denied);
  assert_false(Keyring::ephemeral().verify_code(hash, "sms", code));
}

void a_value_is_looked_up_under_every_key(void**) {
  // R5
  Changing changing;
  const std::string index = changing.before->index("ahv", "x");
  assert_ok(add_key_to_file(changing.file));
  Result<Keyring> both = Keyring::load(changing.file);
  assert_ok(both);
  const auto all = both->indexes("ahv", "x");
  assert_int_equal(all.size(), 2);
  test::assert_text(all[0], both->index("ahv", "x"));
  test::assert_text(all[1], index);
  // What nobody could guess is found as it always was.
  test::assert_text(both->lasting_index("ahv", "x"), index);
  test::assert_text(*both->index_under(changing.before->fingerprint(), "ahv", "x"), index);
  assert_error(both->index_under("0123456789abcdef", "ahv", "x"), Errc::unavailable);
  // The store may say that the earlier one is still active.
  assert_ok(both->use(changing.before->fingerprint(), changing.before->fingerprint()));
  test::assert_text(both->index("ahv", "x"), index);
  assert_int_equal(both->indexes("ahv", "x").size(), 2);
  assert_error(both->use(changing.before->fingerprint(), "0123456789abcdef"), Errc::denied);
  test::assert_text(both->fingerprint(), changing.before->fingerprint());
}

void keys_are_taken_up_and_none_is_given_up(void**) {
  // T7
  Changing changing;
  Keyring& running = *changing.before;
  const std::string active = running.fingerprint();
  assert_int_equal(*running.take_up(changing.file), 0);
  assert_ok(add_key_to_file(changing.file));
  assert_int_equal(*running.take_up(changing.file), 1);
  test::assert_text(running.fingerprint(), active);
  assert_int_equal(running.fingerprints().size(), 2);
  assert_true(running.fingerprints()[0] != active);
  // Another file, a damaged one and none change nothing.
  const auto other = changing.folder.path / "other";
  assert_ok(Keyring::generate(other));
  assert_error(running.take_up(other), Errc::conflict);
  assert_int_equal(::truncate(other.c_str(), 30), 0);
  assert_error(running.take_up(other), Errc::malformed);
  assert_error(running.take_up(changing.folder.path / "none"), Errc::not_found);
  assert_int_equal(running.fingerprints().size(), 2);
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
      cmocka_unit_test(an_earlier_key_still_opens_and_verifies),
      cmocka_unit_test(what_an_earlier_program_made_has_no_mark_and_is_read),
      cmocka_unit_test(a_value_is_looked_up_under_every_key),
      cmocka_unit_test(keys_are_taken_up_and_none_is_given_up),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
