#pragma once

#include <string_view>

#include "web/house.hpp"

namespace portal::web {

/// The values of a page at `here` on which a person who is logged in shows once more who they are:
/// "current", the present password, and "code", the second factor's or a recovery code (requirement
/// A3). POST `here`/begin sends the SMS. Fails: unavailable.
Result<Values> proof_fields(House& house, const Visit& visit, std::string_view here,
                            const Problems& problems);

/// Which of the two fields a refusal of that proof is about.
std::string_view proof_field_of(RefusalReason reason) noexcept;

}  // namespace portal::web
