#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// The installation's master keys and what is derived from them. They live in a file apart from the
/// store (requirements R5, T7), readable by nobody else.
///
/// One key is active: it seals and hashes. The others still open and verify what they made, so that
/// a key can be replaced while the daemon runs. What is sealed or hashed begins with the first
/// eight digits of its key's fingerprint; what has no such beginning is of an earlier program, and
/// every key is tried on it.
///
/// Subkeys are derived with BLAKE2b (crypto_kdf), one for each use, so that no output of one use is
/// valid in another. Thread-safe, but for moving it.
class Keyring {
 public:
  static constexpr std::size_t kMostKeys = 8;

  /// Reads a key file (base/key_file.hpp). Until `use` says otherwise, the newest key is active and
  /// the oldest is the first. Fails: not_found, malformed (wrong content), denied (readable by
  /// group or others).
  static Result<Keyring> load(const std::filesystem::path& file);
  /// Writes a file with a new random key, mode 0600, never over an existing one.
  /// Fails: conflict (the file exists), unavailable (cannot be written).
  static Result<void> generate(const std::filesystem::path& file);
  /// A random key that lives in memory only; for tests.
  static Keyring ephemeral();

  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();

  /// Takes up the keys of `file` that are not held yet; the active one stays. Gives how many were
  /// new. Fails as `load`; conflict (a key that is held is not in the file, or there would be too
  /// many): nothing has changed.
  Result<std::size_t> take_up(const std::filesystem::path& file);
  /// Says which key was the store's first, and which is active, by their fingerprints.
  /// Fails: denied (one of them is not held; nothing has changed).
  Result<void> use(std::string_view first, std::string_view active);

  /// XChaCha20-Poly1305 of `plain`, as text of base64url and a dot. `row` is the identity of the
  /// place that the text is stored in ("factors/ab12/seed"): it opens nowhere else.
  std::string seal(std::string_view plain, std::string_view row) const;
  /// Fails: denied (a key that is not held, another row, or changed).
  Result<Secret> open(std::string_view sealed, std::string_view row) const;
  /// How everything begins that is sealed or hashed under the active key: "1a2b3c4d.".
  std::string mark() const;

  /// A deterministic keyed hash of `value` (canonical form) for exact look-ups; `purpose` separates
  /// name spaces ("ahv", "email"). Under the active key.
  std::string index(std::string_view purpose, std::string_view value) const;
  /// The same under every key, the active one first: what is looked up may have been written under
  /// another.
  std::vector<std::string> indexes(std::string_view purpose, std::string_view value) const;
  /// The same under the first key, whichever is active: for a token or an id that nobody could
  /// guess without any key, so that it is found again after a change of keys.
  std::string lasting_index(std::string_view purpose, std::string_view value) const;
  /// The same under the key with this fingerprint. Fails: unavailable (it is not held).
  Result<std::string> index_under(std::string_view fingerprint, std::string_view purpose,
                                  std::string_view value) const;

  /// Salted keyed hash of a short code, bound to `purpose`: key, salt and hash in one text.
  std::string hash_code(std::string_view purpose, const Secret& code) const;
  /// Constant-time (requirement T9). A malformed `hash` is never right.
  bool verify_code(std::string_view hash, std::string_view purpose, const Secret& code) const;

  /// Names the active key without revealing it: 16 hexadecimal digits.
  std::string fingerprint() const;
  /// Of every key that is held, the newest first. The store keeps those that it has used, so that a
  /// daemon without one of them is refused at start.
  std::vector<std::string> fingerprints() const;

 private:
  struct Key;
  class Keys;
  explicit Keyring(std::unique_ptr<Keys> keys);

  std::unique_ptr<Keys> keys_;
};

}  // namespace portal
