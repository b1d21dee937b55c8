// What is read off a stored password. No server.
#include "directory/stored_password.hpp"

#include "domain/password_storage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using directory::parse_stored_password;

namespace {

constexpr const char* kArgon2id =
    "{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2g";

void scheme_and_costs_are_read(void**) {
  // P6
  const PasswordStorage storage = parse_stored_password(kArgon2id);
  test::assert_text(storage.scheme, "argon2id");
  assert_int_equal(storage.memory_kib, 19456);
  assert_int_equal(storage.passes, 2);
  test::assert_text(weakness_of(storage), "");
}

void weaker_storage_is_named_and_shows_no_hash(void**) {
  // P6
  struct Case {
    const char* stored;
    const char* named;
  };
  for (const Case& each : {
           Case{"{ARGON2}$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", "as argon2i with 19456 KiB"},
           Case{"{ARGON2}$argon2id$v=19$m=19455,t=2,p=1$c2FsdA$aGFzaA", "19455 KiB and 2 passes"},
           Case{"{ARGON2}$argon2id$v=19$m=19456,t=1,p=1$c2FsdA$aGFzaA", "19456 KiB and 1 passes"},
           Case{"{ARGON2}$argon2id$m=x,t=y$c2FsdA$aGFzaA", "as argon2id,"},
           Case{"{ARGON2}$argon2id", "as argon2id,"},
           Case{"{SSHA}aGFzaGhhc2hoYXNo", "as {SSHA},"},
           Case{"{CRYPT}$6$c2FsdA$aGFzaA", "as {CRYPT},"},
           Case{"{PBKDF2-SHA256}10000$c2FsdA$aGFzaA", "as {PBKDF2-SHA256},"},
           Case{"aGFzaA", "as clear text,"},
           Case{"{aGFzaA", "as clear text,"},
           Case{"", "as clear text,"},
       }) {
    const std::string told = weakness_of(parse_stored_password(each.stored));
    if (told.find(each.named) == std::string::npos)
      fail_msg("'%s' does not say '%s'", told.c_str(), each.named);
    assert_true(told.find("aGFza") == std::string::npos);
    assert_true(told.find("c2FsdA") == std::string::npos);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(scheme_and_costs_are_read),
      cmocka_unit_test(weaker_storage_is_named_and_shows_no_hash),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
