#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/context.hpp"

namespace portal {

/// The tables that hold what outlives a change of keys.
std::span<const std::string_view> resealed_places();

struct ResealedRows {
  int rows = 0;
  int unreadable = 0;
  std::string last;  ///< the id to go on after; empty if there are no more
};

/// In a write transaction: seals the next `limit` rows of a table with the active key, and makes
/// their indexes with it. Rows that are so already are passed over, as are damaged ones.
/// Fails: internal (no such place).
Result<ResealedRows> reseal_rows(const StoreContext& context, std::string_view place,
                                 std::string_view after, int limit);

}  // namespace portal
