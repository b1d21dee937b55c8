#pragma once

#include <utility>
#include <vector>

#include "fixture.hpp"

// Imports of made-up people, as tests fill and commit them.

namespace portal::test {

/// A row of somebody with the letter's code; another number for each line.
inline ImportRow import_row(std::int64_t line, std::string_view letter_code = "K7QF-9XTM-2PWR",
                            const AhvNumber* number = nullptr) {
  return {line,
          PersonRow{number != nullptr ? *number : numbered_ahv(static_cast<int>(line)),
                    got(BirthDate::parse("17.04.1963")), "Vera", "Beispielmann", PortalId("flex"),
                    AudienceId("insured"), Language::de, code(letter_code)}};
}

inline std::vector<ImportRow> import_rows(std::int64_t first, std::int64_t last,
                                          std::string_view letter_code = "K7QF-9XTM-2PWR") {
  std::vector<ImportRow> rows;
  for (std::int64_t line = first; line <= last; ++line) {
    rows.push_back(import_row(line, letter_code));
  }
  return rows;
}

template <class... Rows>
std::vector<ImportRow> rows_of(Rows&&... rows) {
  std::vector<ImportRow> all;
  (all.push_back(std::forward<Rows>(rows)), ...);
  return all;
}

inline ImportId opened(StoreFixture& f, UtcTime now = kNoon) {
  ImportId id = ImportId::random();
  f.write([&](Transaction& t) { got(t.imports().open(id, "uid 0", now)); });
  return id;
}

inline RowsAdded added(StoreFixture& f, const ImportId& id, const std::vector<ImportRow>& rows,
                       UtcTime now = kNoon) {
  RowsAdded all;
  f.write(
      [&](Transaction& t) { all = got(t.imports().add(id, t.imports().seal(rows, now), now)); });
  return all;
}

inline void committed(StoreFixture& f, const ImportId& id, UtcTime now = kNoon) {
  f.write([&](Transaction& t) { got(t.imports().commit(id, now, now + std::chrono::days(400))); });
}

/// An import of these rows, in force.
inline ImportId imported(StoreFixture& f, const std::vector<ImportRow>& rows, UtcTime now = kNoon) {
  ImportId id = opened(f, now);
  assert_true(added(f, id, rows, now).clashes.empty());
  committed(f, id, now);
  return id;
}

/// Settles and forgets until nothing is left.
inline void settle_all(StoreFixture& f, int at_once = 100) {
  for (bool more = true; more;) {
    f.write([&](Transaction& t) {
      if (got(t.imports().settle(at_once)) == 0) (void)got(t.imports().forget(at_once));
      more = got(t.imports().has_work(from_millis(0)));
    });
  }
}

inline std::int64_t rows_in(const StoreFixture& f, const std::string& table) {
  const std::string counting = "select count(*) from " + table;
  std::int64_t rows = -1;
  got(f.direct(sql::Connection::Access::read)
          ->query(counting, {}, [&](sql::Row& row) -> Result<void> {
            rows = row.integer();
            return {};
          }));
  return rows;
}

inline Import import_named(StoreFixture& f, const ImportId& id) {
  Import import;
  f.read([&](Transaction& t) { import = got(t.imports().get(id)); });
  return import;
}

/// Whether this code opens the person's newest letter, as a registration looks at it.
inline Result<bool> opens(Transaction& t, const AhvNumber& number, std::string_view letter_code) {
  const auto person = t.people().find_by_ahv(number);
  if (!person) return fail(person.error());
  if (!*person) return false;
  const auto letter = t.people().newest_letter((*person)->id, PortalId("flex"));
  if (!letter) return fail(letter.error());
  if (!*letter || (*letter)->used || (*letter)->dead) return false;
  return t.people().code_matches((*letter)->id, code(letter_code));
}

inline bool reads_as_open(StoreFixture& f, const AhvNumber& number,
                          std::string_view letter_code = "K7QF-9XTM-2PWR") {
  return got(
      in_read<bool>(*f.store, [&](Transaction& t) { return opens(t, number, letter_code); }));
}

}  // namespace portal::test
