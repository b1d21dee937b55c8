#pragma once

#include <string.h>  // explicit_bzero

#include <cstddef>
#include <memory>
#include <vector>

namespace portal::http {

/// Wipes memory before it is given back: what a growing buffer leaves behind held passwords.
template <class T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() noexcept = default;
  template <class Other>
  explicit WipingAllocator(const WipingAllocator<Other>& /*other*/) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    ::explicit_bzero(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  bool operator==(const WipingAllocator&) const noexcept = default;
};

/// Bytes from or to the network.
using WipedBuffer = std::vector<char, WipingAllocator<char>>;

/// Removes the first `count` bytes and wipes the room that they leave at the end.
inline void consume(WipedBuffer& buffer, std::size_t count) {
  const std::size_t old_size = buffer.size();
  buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  if (buffer.empty()) {
    WipedBuffer().swap(buffer);  // an idle connection keeps no memory
  } else {
    ::explicit_bzero(buffer.data() + buffer.size(), old_size - buffer.size());
  }
}

}  // namespace portal::http
