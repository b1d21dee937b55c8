#pragma once

#include "snapshot/core/image.hpp"

namespace portal::snapshot {

/// Where an enumeration stands.
struct Cursor {
  bool in_base = false;
  std::uint64_t offset = sizeof(Header);
};

/// What is published: a base, and what has changed since. Answers only what is live.
class View {
 public:
  View() noexcept = default;
  explicit View(const Image& base) noexcept : base_(base) {}
  /// Fails: damaged (a delta of another base, or of other ranges).
  Fault add(const Image& delta) noexcept;

  const Image& base() const noexcept { return base_; }
  /// Null if there is none.
  const Image* delta() const noexcept { return has_delta_ ? &delta_ : nullptr; }
  /// The newest file's, whose settings count.
  const Image& newest() const noexcept { return has_delta_ ? delta_ : base_; }

  /// By name, or by an e-mail address that is an alias. `name` is at most `size` bytes and a NUL.
  Found account(const char* name, std::size_t size, AccountView& found) const noexcept;
  Found account(std::uint32_t uid, AccountView& found) const noexcept;
  Found group(const char* name, std::size_t size, GroupView& found) const noexcept;
  Found group(std::uint32_t gid, GroupView& found) const noexcept;

  /// One after the other, each once. no: that was the last.
  Found next(Cursor& cursor, AccountView& found) const noexcept;
  Found next(Cursor& cursor, GroupView& found) const noexcept;

 private:
  /// Whether the base's record counts no more; damaged if that cannot be said.
  Found is_replaced(const AccountView& account) const noexcept;
  Found is_replaced(const GroupView& group) const noexcept;
  template <class Record, class Search>
  Found newest_of(Search&& search, Record& found) const noexcept;
  template <class Record, class Read>
  Found walk(Cursor& cursor, RecordKind kind, Read&& read, Record& found) const noexcept;

  Image base_;
  Image delta_;
  bool has_delta_ = false;
};

}  // namespace portal::snapshot
