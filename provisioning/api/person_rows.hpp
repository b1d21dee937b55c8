#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "domain/administration.hpp"

namespace portal::api {

/// A row and where it came from.
struct NumberedRow {
  std::int64_t line = 0;
  PersonRow row;
};

/// A chunk of an import as it was sent.
struct PersonRows {
  std::vector<NumberedRow> rows;  ///< complete only if there were no faults
  Faults warnings;                ///< weak activation codes (requirement R2)
};

inline constexpr std::size_t kRowsPerChunk = 1'000;

/// Reads `{"rows": [{"line": 2, "ahv_number": …}, …]}`, every field parsed once and for all. What
/// is wrong with any row goes to `faults` with the row's line (requirement J6).
PersonRows read_person_rows(JsonReader& body, const Portals& portals, Faults& faults);

}  // namespace portal::api
