#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "snapshot/core/view.hpp"

namespace portal::snapshot {

/// Reads the whole of a file that is open: its checksum, every record, and that each record is what
/// its names and ids lead to, so that none is there twice. Takes about 1 s for a million accounts.
/// Fails: malformed (damaged), conflict (two records with one name, id or alias).
Result<void> verify_image(const Image& image);

/// What a snapshot says of itself when all of it is sound.
struct Verified {
  std::uint64_t base_id = 0;
  std::uint32_t delta_number = 0;  ///< 0: there is none
  std::uint64_t accounts = 0;      ///< live ones
  std::uint64_t groups = 0;
  std::uint64_t bytes = 0;
  std::int64_t created = 0;  ///< the newest file, in seconds since 1970
  bool enumerable = false;
};

/// Opens what is published in `folder` as NSS does, and reads the whole of it: for `doctor`.
/// Fails: not_found (nothing was ever published), denied (others could have written it),
/// malformed, conflict, unavailable.
Result<Verified> verify_snapshot(const std::filesystem::path& folder);

}  // namespace portal::snapshot
