#pragma once

#include <cstddef>
#include <vector>

#include "api/json.hpp"
#include "domain/portals.hpp"
#include "domain/ports/imports.hpp"

namespace portal::api {

/// A chunk of an import as it was sent.
struct PersonRows {
  std::vector<ImportRow> rows;  ///< those without a fault
  Faults warnings;              ///< weak activation codes (requirement R2)
};

inline constexpr std::size_t kRowsPerChunk = 1'000;

/// Reads `{"rows": [{"line": 2, "ahv_number": …}, …]}`, every field parsed once and for all. What
/// is wrong with any row goes to `faults` with the row's line (requirement J6).
PersonRows read_person_rows(JsonReader& body, const Portals& portals, Faults& faults);

}  // namespace portal::api
