#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "database.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/imports.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/password_resets.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/proofs.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/ports/store.hpp"
#include "store/sql_store.hpp"
#include "support/cmocka.hpp"
#include "support/manual_clock.hpp"
#include "support/temporary_folder.hpp"

namespace portal::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

/// 2025-03-01T08:00:00Z.
inline constexpr UtcTime kNoon = from_millis(1'740'816'000'000);

/// The value of a Result that must hold one.
template <class T>
T got(Result<T> result) {
  assert_ok(result);
  return std::move(*result);
}
inline void got(const Result<void>& result) { assert_ok(result); }

inline Keyring key_at(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) got(Keyring::generate(file));
  return got(Keyring::load(file));
}

/// A real store in a folder of its own.
struct StoreFixture {
  StoreFixture() : own(std::in_place), folder(own->path()) { open(); }
  /// On the folder of another fixture, in another process.
  explicit StoreFixture(std::filesystem::path shared) : folder(std::move(shared)) { open(); }

  StoreSettings settings() const {
    StoreSettings made;
    made.url = url_in(folder);
    made.patience = patience;
    return made;
  }
  /// SQLite's; there is none on PostgreSQL.
  std::filesystem::path file() const { return folder / "portal.db"; }
  std::filesystem::path key_file() const { return folder / "key"; }
  /// A connection past the store.
  std::unique_ptr<sql::Connection> direct(
      sql::Connection::Access access = sql::Connection::Access::write) const {
    return connect_to(url_in(folder), access);
  }
  void open() { store = got(SqlStore::open(settings(), keyring, clock)); }
  void close() { store.reset(); }

  /// Runs `work`, which must succeed, in a transaction of its own.
  template <class F>
  void write(F&& work) {
    got(store->write("test.write", [&](Transaction& transaction) -> Result<void> {
      work(transaction);
      return {};
    }));
  }
  template <class F>
  void read(F&& work) {
    got(store->read([&](Transaction& transaction) -> Result<void> {
      work(transaction);
      return {};
    }));
  }

  std::chrono::milliseconds patience{5000};
  std::optional<TemporaryFolder> own;
  std::filesystem::path folder;
  Keyring keyring = key_at(key_file());
  ManualClock clock;
  std::unique_ptr<SqlStore> store;
};

inline AhvNumber ahv(std::string_view text = "756.9217.0769.85") {
  return got(AhvNumber::parse(text));
}

/// A valid number for each n under 10^9.
inline AhvNumber numbered_ahv(int n) {
  std::string digits = std::to_string(n);
  digits = "756" + std::string(9 - digits.size(), '0') + digits;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  return ahv(digits + std::to_string((10 - sum % 10) % 10));
}

inline Person person_named(std::string_view given_name, AhvNumber number = ahv()) {
  return Person{PersonId::random(),      std::move(number), got(BirthDate::parse("17.04.1963")),
                std::string(given_name), "Beispielmann",    Language::de};
}

inline Letter letter_for(const PersonId& person, std::string_view portal = "flex",
                         UtcTime issued = kNoon) {
  Letter letter;
  letter.id = LetterId::random();
  letter.person = person;
  letter.portal = PortalId(std::string(portal));
  letter.audience = AudienceId("insured");
  letter.issued = issued;
  letter.expires = issued + std::chrono::days(400);
  return letter;
}

inline ActivationCode code(std::string_view text = "K7QF-9XTM-2PWR") {
  return got(ActivationCode::parse(text));
}

inline Account account_of(const PersonId& person, std::string_view email = "vera@example.ch",
                          std::string_view login = "u4k2m9") {
  return Account{AccountId::random(),
                 person,
                 got(EmailAddress::parse(email)),
                 std::string(login),
                 Language::it,
                 AccountState::activating,
                 "5e8d1a7c-0000-4000-8000-000000000001",
                 "uid=" + std::string(login) + ",ou=people,dc=example,dc=ch",
                 std::nullopt,
                 kNoon};
}

inline Registration registration_of(const PersonId& person, const LetterId& letter,
                                    std::string_view token_index = "token-index-1") {
  Registration registration;
  registration.id = RegistrationId::random();
  registration.token_index = token_index;
  registration.person = person;
  registration.letter = letter;
  registration.portal = PortalId("flex");
  registration.audience = AudienceId("insured");
  registration.language = Language::de;
  registration.terms = {PortalId("flex"), "2025-01", "c0ffee", Language::de, kNoon};
  registration.started = kNoon;
  registration.updated = kNoon;
  registration.account = AccountId::random();
  return registration;
}

/// A person, stored with an account; what most tests stand on.
inline Account stored_account(StoreFixture& fixture, AhvNumber number = ahv(),
                              std::string_view email = "vera@example.ch",
                              std::string_view login = "u4k2m9") {
  const Person person = person_named("Vera", std::move(number));
  const Account account = account_of(person.id, email, login);
  fixture.write([&](Transaction& t) {
    got(t.people().put(person));
    got(t.accounts().add(account));
  });
  return account;
}

}  // namespace portal::test
