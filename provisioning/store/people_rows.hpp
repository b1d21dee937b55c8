#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/keyring.hpp"
#include "domain/ports/people.hpp"
#include "store/sql/connection.hpp"

namespace portal {

// How people and letters stand in their tables, for `SqlPeople` and for the settling of imports.

std::string ahv_index(const Keyring& keyring, const AhvNumber& ahv);
/// Under every key, the active one first.
std::vector<std::string> ahv_indexes(const Keyring& keyring, const AhvNumber& ahv);

/// The column people.personal of a person; it opens for no other.
std::string seal_personal(const Keyring& keyring, const Person& person);
/// Fails: internal (damaged).
Result<Person> open_personal(const Keyring& keyring, PersonId id, std::string_view language,
                             std::string_view sealed);
/// From the columns id, language, personal.
Result<Person> read_person(sql::Row& row, const Keyring& keyring);

/// The code of a letter as its row keeps it.
struct StoredCode {
  std::string hash;   ///< verifies for this letter alone
  std::string index;  ///< alike for the same code of the same person and portal
};
StoredCode stored_code(const Keyring& keyring, const LetterId& letter, std::string_view ahv_index,
                       const PortalId& portal, const ActivationCode& code);
/// The same index under the keys that are not active, apart by blanks: a letter from before a
/// change of keys keeps its own, for nobody can make it anew without the code.
std::string other_code_indexes(const Keyring& keyring, const AhvNumber& ahv, const PortalId& portal,
                               const ActivationCode& code);
bool is_code_of(const Keyring& keyring, const LetterId& letter, std::string_view hash,
                const ActivationCode& code);

/// Kills every earlier letter of that person and portal.
Result<void> kill_earlier(sql::Connection& connection, const Letter& letter);
/// Adds a letter as the person's newest; kills none.
Result<void> add_letter(sql::Connection& connection, const Letter& letter, const StoredCode& code);

}  // namespace portal
