#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "directory/connection.hpp"
#include "directory/deadline.hpp"

namespace portal::directory {

/// "portald-probe-" and 26 characters of base32: no two daemons, nor two starts of one, share an
/// entry. The access rules know the pattern (config/ldap/access.conf).
std::string new_probe_uid();

/// Removes what probes that were killed have left below `base`: entries of their name that are
/// older than any proof takes. Somebody else's living probe is left alone. Does what it can in a
/// second; what is forbidden, or takes longer, stays.
void remove_old_probes(Connection& service, const std::string& base, UtcTime now);

/// What makes an entry a probe's, beside its name.
inline constexpr std::string_view kProbeName = "portald probe";

}  // namespace portal::directory
