#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace portal {

/// A master key that the store has used, by its fingerprint.
struct UsedKey {
  std::string fingerprint;
  UtcTime activated;  ///< the epoch for the store's first
};

/// A daemon on this store, and the keys that it holds.
struct KeyHolder {
  std::string node;
  std::vector<std::string> fingerprints;
  UtcTime seen;
};

/// How many rows need the active key, and how many one that was active before.
struct KeyNeed {
  std::string_view what;
  std::int64_t active = 0;
  std::int64_t earlier = 0;
};

/// What one step of the re-sealing has done.
struct Resealed {
  int rows = 0;           ///< sealed with the active key now
  int unreadable = 0;     ///< left as they are: damaged
  bool finished = false;  ///< there was something left before, and nothing after it
};

/// The change of the store's master key: which one is active, who holds it, what is sealed with
/// which. The keys themselves are never in the store (requirement T7).
class MasterKeys {
 public:
  virtual ~MasterKeys() = default;
  /// In the order in which they became active: the last one is.
  virtual Result<std::vector<UsedKey>> used() = 0;
  /// From now on `fingerprint` is the active key, and all that is sealed must be sealed with it;
  /// once more, if it is active already. Fails: conflict (it was active before another; an import
  /// is open, or not all of its rows are people yet).
  virtual Result<void> activate(std::string_view fingerprint, UtcTime now) = 0;

  virtual Result<void> note_holder(const KeyHolder& holder) = 0;
  virtual Result<void> forget_holder(std::string_view node) = 0;
  /// Those seen later than `since`.
  virtual Result<std::vector<KeyHolder>> holders(UtcTime since) = 0;

  /// The table that is being sealed anew; nothing if all is done.
  virtual Result<std::optional<std::string>> resealing() = 0;
  /// Seals at most `limit` rows with the active key, those that come next, and looks them up by it
  /// from now on. Fails: unavailable (this daemon lacks that key).
  virtual Result<Resealed> reseal(int limit) = 0;
  /// Walks every table: for people who wait. Only what counts yet.
  virtual Result<std::vector<KeyNeed>> needs(UtcTime now) = 0;
};

}  // namespace portal
