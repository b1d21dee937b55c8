#pragma once

#include <cstddef>
#include <cstdint>

#include "snapshot/core/format.hpp"
#include "snapshot/core/hash.hpp"

namespace portal::snapshot {

/// Why there is no answer from a file.
enum class Fault : std::uint8_t {
  none,
  absent,   ///< nothing was ever published here
  foreign,  ///< somebody else could have written it: owner or mode
  damaged,  ///< not what the writer writes
  system,   ///< no descriptor, no memory, not readable: errno says it
};
/// The stable lower-case name, for logs: "damaged".
const char* name_of(Fault fault) noexcept;

enum class Found : std::uint8_t { yes, no, damaged };

/// An account where it lies in a file; all within the file, and its texts end in NUL.
struct AccountView {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  const char* text = nullptr;
  AccountRecord record;  ///< sizes, and offsets into the text
  const std::byte* aliases = nullptr;
  const std::byte* gids = nullptr;  ///< 4 bytes each, in the host's order
  bool is_gone = false;             ///< only the uid means anything
};

/// A group where it lies in a file; all within the file, and its name and password end in NUL. The
/// members' offsets are to be held against `text_size`, behind the last byte of which stands NUL.
struct GroupView {
  std::uint32_t gid = 0;
  const char* text = nullptr;
  GroupRecord record;
  const std::byte* members = nullptr;  ///< offsets into the text, 4 bytes each
  bool is_gone = false;
};

/// A base or a delta in memory. Its header is whole once it is open; nothing else is trusted: each
/// offset is held against the file's bounds when it is used, and each id against the header's
/// ranges (requirement N3). Copies look at the same memory.
class Image {
 public:
  /// Takes `size` bytes at `start`, at an address that is a multiple of 8. Fails: damaged.
  Fault open(const void* start, std::size_t size, FileKind kind) noexcept;

  const Header& header() const noexcept { return header_; }
  bool is_enumerable() const noexcept { return (header_.flags & kEnumerable) != 0; }
  const std::byte* start() const noexcept { return start_; }

  /// By the `size` bytes of `name`, behind which stands NUL.
  Found account_by_name(const char* name, std::size_t size, AccountView& found) const noexcept;
  Found account_by_alias(const AliasDigest& digest, AccountView& found) const noexcept;
  /// These two also find what is gone.
  Found account_by_uid(std::uint32_t uid, AccountView& found) const noexcept;
  Found group_by_gid(std::uint32_t gid, GroupView& found) const noexcept;
  Found group_by_name(const char* name, std::size_t size, GroupView& found) const noexcept;

  /// The record at `offset`, whatever it is; moves `offset` behind it. no: that was the last.
  Found next(std::uint64_t& offset, RecordHead& head) const noexcept;
  Found account_at(std::uint64_t offset, AccountView& found) const noexcept;
  Found group_at(std::uint64_t offset, GroupView& found) const noexcept;

  bool allows_uid(std::uint32_t uid) const noexcept;
  bool allows_gid(std::uint32_t gid) const noexcept;

 private:
  template <class Matches>
  Found search(const Table& table, std::uint64_t hash, Matches&& matches) const noexcept;
  template <class T>
  T load(std::uint64_t offset) const noexcept {
    T value;
    memcpy(&value, start_ + offset, sizeof value);
    return value;
  }
  Found head_at(std::uint64_t offset, RecordHead& head) const noexcept;
  bool holds(const Table& table) const noexcept;

  const std::byte* start_ = nullptr;
  Header header_;
};

}  // namespace portal::snapshot
