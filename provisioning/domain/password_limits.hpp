#pragma once

#include <string>

#include "base/result.hpp"
#include "domain/ports/directory.hpp"
#include "domain/settings.hpp"

namespace portal {

/// Whether what the settings say of the directory's own limit on wrong passwords is so: the portal
/// stops them before that limit (DESIGN.md section 4, "Throttling"; T6), and if it is wrong about
/// the limit, whoever knows a name can lock its owner out.
struct LimitsComparison {
  enum class Outcome { safe, unknown, unsafe } outcome = Outcome::safe;
  std::string told;  ///< for an administrator, what to do included; empty if safe
};

LimitsComparison compare_limits(const LoginSettings& settings, const PasswordLimits& limits);

/// As above with what the directory says; unknown where it says nothing. Fails: unavailable.
Result<LimitsComparison> compare_limits(const LoginSettings& settings, Directory& directory);

}  // namespace portal
