#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/activation_code.hpp"
#include "identity/ahv_number.hpp"
#include "identity/birth_date.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

using ImportId = Id<struct ImportTag>;

/// One row of an import, already parsed.
struct PersonRow {
  AhvNumber ahv;
  BirthDate born;
  std::string given_name;
  std::string family_name;
  PortalId portal;
  AudienceId audience;
  Language language = Language::fr;
  std::optional<ActivationCode> code;  ///< taken as it is; without one, `issue_code` makes it
};

/// A row and the line that it came from, which names it within its import.
struct ImportRow {
  std::int64_t line = 0;
  PersonRow row;
};

/// A row as the store keeps it (requirement R5); made by `Imports::seal`.
struct SealedRow {
  std::int64_t line = 0;
  std::string ahv_index;
  PersonId person;           ///< the id that the person gets, if nobody has the number yet
  std::string person_index;  ///< alike for two rows that say the same of their person
  Language language = Language::fr;
  std::string personal;
  PortalId portal;
  AudienceId audience;
  LetterId letter;  ///< empty, as are the next two: the row has no code
  std::string code_hash;
  std::string code_index;          ///< alike for the same code of the same person and portal
  std::string other_code_indexes;  ///< the same under other keys than the active, apart by blanks
};

enum class ImportState {
  open,       ///< takes rows; nobody sees them
  committed,  ///< its rows are in force; some are not yet people and letters
  done,       ///< all of them are
  abandoned,  ///< its rows are being deleted
};

/// What an import has done until now.
struct ImportReport {
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t letters = 0;  ///< codes that became valid
};

struct Import {
  ImportId id;
  std::string owner;
  ImportState state = ImportState::open;
  UtcTime touched;           ///< when rows came last, or when it was committed
  bool spoilt = false;       ///< rows were refused: it cannot be committed (all or nothing)
  std::int64_t rows = 0;     ///< taken
  std::int64_t settled = 0;  ///< of those, how many have become people and letters
  ImportReport report;
};

/// Two rows of one import that cannot both be.
struct RowClash {
  std::int64_t line = 0;
  std::int64_t other = 0;    ///< smaller, or the same: the line was sent before, with other content
  bool is_twice = false;     ///< the same person and portal
  bool contradicts = false;  ///< another birth date, name or language of the same person
};

struct RowsAdded {
  std::int64_t rows_in_all = 0;
  std::vector<RowClash> clashes;  ///< at most one for each line
};

/// Imports and their rows.
///
/// The rows of a committed import are in force at once, however many they are: whoever looks at a
/// person or letter through `People` sees what they say. Those rows are settled first, in the order
/// in which their imports were committed, and in the caller's transaction.
class Imports {
 public:
  virtual ~Imports() = default;

  /// Fails: conflict (the master key is being changed, which people are looked up by).
  virtual Result<void> open(const ImportId& id, std::string_view owner, UtcTime now) = 0;
  /// Fails: not_found.
  virtual Result<Import> get(const ImportId& id) = 0;
  /// Those that take rows, the longest untouched first.
  virtual Result<std::vector<Import>> open_ones() = 0;

  /// What `add` takes. Costs most of the time of an import and changes nothing: call it in a read,
  /// beside which others write.
  virtual std::vector<SealedRow> seal(std::span<const ImportRow> rows, UtcTime now) const = 0;
  /// Adds rows to an open import. Rows whose line is there already, with the same content, are
  /// passed over: a chunk may be sent twice. Clashes spoil the import. Fails: unavailable (sealed
  /// with a key that is not active: seal them again).
  virtual Result<RowsAdded> add(const ImportId& id, std::span<const SealedRow> rows,
                                UtcTime now) = 0;
  virtual Result<void> spoil(const ImportId& id, UtcTime now) = 0;
  /// Puts every row in force. `letters_expire`: until when their codes count.
  virtual Result<void> commit(const ImportId& id, UtcTime now, UtcTime letters_expire) = 0;
  virtual Result<void> abandon(const ImportId& id) = 0;

  /// Whether `settle` or `forget` has something to do, or an open import was not touched since.
  virtual Result<bool> has_work(UtcTime untouched_since) = 0;
  /// Makes people and letters of the next rows of the oldest committed import, about so many;
  /// says how many. Idempotent by person and code: a code that the person's newest letter for that
  /// portal has already is no new letter; another kills that one (requirement R3).
  virtual Result<int> settle(int rows) = 0;
  /// The same for all rows in force of one person, by `SealedRow::ahv_index`.
  virtual Result<void> settle_person(std::string_view ahv_index) = 0;
  /// Deletes rows of abandoned and of settled imports, at most so many; says how many.
  virtual Result<int> forget(int rows) = 0;
};

}  // namespace portal
