#pragma once

#include <string_view>

#include "domain/ports/imports.hpp"
#include "store/context.hpp"

namespace portal {

/// Rows of committed imports become people and letters, in the order of the commits and, within an
/// import, of the lines. Whoever reads or changes a person calls one of the first three before:
/// cheap if nothing waits. In a read they settle nothing: they note whose rows wait
/// (StoreContext::unsettled) and fail as unavailable.
Result<void> settle_rows(StoreContext context, std::string_view ahv_index);
Result<void> settle_rows_of(StoreContext context, const PersonId& person);
Result<void> settle_rows_behind(StoreContext context, const LetterId& letter);

/// The next rows of the oldest committed import; about so many: those of one person stay together.
/// Says how many.
Result<int> settle_next(StoreContext context, int rows);

/// Deletes what imports that were committed or abandoned still hold of somebody.
Result<void> forget_rows_of(StoreContext context, std::string_view ahv_index);

}  // namespace portal
