#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

// The file of the master keys: one line each, "portal-key-1:" and 32 bytes in base64url, the newest
// first. Whoever has it reads the store.

inline constexpr std::size_t kMasterKeySize = 32;
inline constexpr std::size_t kMostMasterKeys = 8;

/// The keys in `file`, the newest first. Fails: not_found, malformed (not such a file, damaged, a
/// key twice, too many), denied (readable by group or others), unavailable.
Result<std::vector<Secret>> read_key_file(const std::filesystem::path& file);

/// Writes a file with one new random key, mode 0600, never over an existing one.
/// Fails: conflict (the file exists), unavailable.
Result<void> generate_key_file(const std::filesystem::path& file);

/// Puts a new random key before those in `file`. It is there whole and durable, or as it was: the
/// file is replaced in one step, and keeps its owner. Two at the same time each add one. A symbolic
/// link stays one. Fails: as `read_key_file`; conflict (it holds kMostMasterKeys), unavailable.
Result<void> add_key_to_file(const std::filesystem::path& file);

}  // namespace portal
