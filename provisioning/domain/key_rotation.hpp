#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "base/result.hpp"
#include "domain/administration.hpp"
#include "domain/ports/master_keys.hpp"

namespace portal {

/// How the change of the master key stands.
struct KeyStanding {
  std::vector<UsedKey> used;         ///< the last one is active
  std::vector<std::string> waiting;  ///< in this daemon's key file, and not used yet
  std::optional<std::string> resealing;
  std::vector<KeyNeed> needs;
  std::vector<KeyHolder> holders;
};

/// Changes the store's master key while every daemon runs (requirements R5, T7): a new key is put
/// into the key file of each, then one activates it, and what is sealed is sealed anew, a few rows
/// at a time, by all of them together. What was begun is gone on with after any crash. Thread-safe.
class KeyRotation {
 public:
  struct Place {
    std::filesystem::path key_file;
    std::string node;  ///< names this daemon among those on the store, the same after a restart
  };

  KeyRotation(Store& store, Keyring& keyring, const Clock& clock, Place place);

  /// Reads the key file again, and tells the store which keys are held now. Gives how many were
  /// new. Fails: as Keyring::take_up, unavailable.
  Result<std::size_t> take_up();
  /// Tells the store that this daemon is there, with its keys. Now and then: well within two
  /// minutes, after which it counts as gone.
  Result<void> tell();
  /// Takes itself off the list, at the end.
  Result<void> leave();
  /// Looks which key is active, every second: another daemon may have activated it. Never goes back
  /// to a key from before. Fails: denied (the key is not in the key file; the store does not know
  /// the one that was active here), unavailable.
  Result<void> follow();
  /// Seals anew what is left, for a second at most. Not in the first seconds after a key has become
  /// active, in which others may still seal with the one before.
  Result<void> reseal();

  Result<KeyStanding> standing();
  /// Makes the newest key of the key file the active one; gives its fingerprint. If it is active
  /// already, what is sealed is looked through once more. Fails: as `take_up`; conflict (a daemon
  /// does not hold the key yet, the key was active before another, an import is under way).
  Result<std::string> activate(const Administrator& by);

 private:
  Store& store_;
  Keyring& keyring_;
  const Clock& clock_;
  const Place place_;
};

}  // namespace portal
