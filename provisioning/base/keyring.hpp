#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// The installation's master key and what is derived from it. The key lives in a file apart from
/// the store (requirements R5, T7), readable by nobody else.
///
/// Subkeys are derived with BLAKE2b (crypto_kdf), one for each use, so that no output of one use is
/// valid in another.
class Keyring {
 public:
  /// Reads a key file as `generate` writes it. Fails: not_found, malformed (wrong content),
  /// denied (readable by group or others).
  static Result<Keyring> load(const std::filesystem::path& file);
  /// Writes a new random key, mode 0600, never over an existing file.
  /// Fails: conflict (the file exists), unavailable (cannot be written).
  static Result<void> generate(const std::filesystem::path& file);
  /// A random key that lives in memory only; for tests.
  static Keyring ephemeral();

  /// XChaCha20-Poly1305 of `plain`, as base64url text. `row` is the identity of the place that the
  /// text is stored in ("factors/ab12/seed"): it opens nowhere else.
  std::string seal(std::string_view plain, std::string_view row) const;
  /// Fails: denied (another key, another row, or changed).
  Result<Secret> open(std::string_view sealed, std::string_view row) const;

  /// A deterministic keyed hash of `value` (canonical form) for exact look-ups; `purpose` separates
  /// name spaces ("ahv", "email", "token").
  std::string index(std::string_view purpose, std::string_view value) const;

  /// Salted keyed hash of a short code, bound to `purpose`: salt and hash in one text.
  std::string hash_code(std::string_view purpose, const Secret& code) const;
  /// Constant-time (requirement T9). A malformed `hash` is never right.
  bool verify_code(std::string_view hash, std::string_view purpose, const Secret& code) const;

  /// Names the key without revealing it; kept in the store so that a wrong key is refused at start.
  std::string fingerprint() const;

 private:
  explicit Keyring(const Secret& master);

  Secret seal_key_;
  Secret index_key_;
  Secret code_key_;
  std::string fingerprint_;
};

}  // namespace portal
