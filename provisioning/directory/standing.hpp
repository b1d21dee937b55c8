#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "directory/connection.hpp"
#include "directory/policy.hpp"
#include "domain/ports/directory.hpp"

namespace portal::directory {

/// The attributes that `judge_standing` wants.
std::vector<std::string> standing_attributes();

/// What an entry's operational attributes, its policy and the server's own word say together. The
/// worse of two words counts, but for one: who is available to the server is not locked by what we
/// make of its attributes, because it knows its policy and its clock. Without a policy each sign of
/// a lock is one. `place` and `dn` are left to the caller.
EntryStanding judge_standing(const FoundEntry& entry, const std::optional<Policy>& policy,
                             UtcTime now);

}  // namespace portal::directory
