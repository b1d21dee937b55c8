#pragma once

#include "snapshot/core/view.hpp"

namespace portal::snapshot {

/// Some file in memory; nobody unmaps it by himself.
struct Mapping {
  const void* start = nullptr;
  std::size_t size = 0;
};

/// A snapshot that was opened. Plain data: whoever has it sees to its end.
struct Opened {
  View view;
  Mapping control;
  Mapping base;
  Mapping delta;
  std::uint32_t generation = kDead;
};

/// Maps what is published in `folder`. It and its files must belong to root or to the folder's
/// owner (whoever made the folder's own place has said who that is), and nobody else may write to
/// them. Takes a few system calls, and gives every descriptor back before it ends; errno is kept,
/// but for Fault::system and absent, where it says why. Not to be cancelled inside. Fails: absent,
/// foreign, damaged, system; then `opened` needs no end.
[[gnu::cold]] Fault open_snapshot(const char* folder, Opened& opened) noexcept;

/// Unmaps it.
[[gnu::cold]] void close_snapshot(Opened& opened) noexcept;

/// Whether nothing was published since: one read of memory.
bool is_current(const Opened& opened) noexcept;

/// "base.17" or "delta.17.4". The longest has 36 bytes and a NUL.
struct FileName {
  char text[48];
};
FileName name_of_base(std::uint64_t id) noexcept;
FileName name_of_delta(std::uint64_t base_id, std::uint32_t number) noexcept;

}  // namespace portal::snapshot
