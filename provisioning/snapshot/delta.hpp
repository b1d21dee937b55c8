#pragma once

#include <map>
#include <optional>

#include "base/result.hpp"
#include "snapshot/writer.hpp"

namespace portal::snapshot {

/// All that differs from a base, by id; nothing stands for what is gone.
struct Delta {
  std::map<std::uint32_t, std::optional<Account>> accounts;
  std::map<std::uint32_t, std::optional<Group>> groups;
};

/// What the view's delta says; empty if it has none. Fails: malformed.
Result<Delta> delta_of(const View& view);

/// Puts `changes` into `delta`; says whether anything is new to `view`. Fails: malformed.
Result<bool> apply(const Changes& changes, const OpenedSnapshot& current, Delta& delta);

/// No two accounts or groups of base and delta together may share a name or alias. Only what is in
/// the delta is looked at. Fails: conflict, malformed.
Result<void> check_names(const View& view, const Delta& delta);

}  // namespace portal::snapshot
