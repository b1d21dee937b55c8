#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace portal {

/// Bytes that must not be seen or left behind: a password, a code, a seed, a key.
/// Move-only, sized once, wiped at its end (sodium_memzero); has no stream operator. Each
/// `reveal()` is a place to review. A moved-from secret is empty.
class Secret {
 public:
  Secret() noexcept = default;
  /// A copy of `bytes`. The caller wipes the source if it owns it.
  explicit Secret(std::string_view bytes);
  explicit Secret(std::span<const std::byte> bytes);
  /// `size` zero bytes, to be written through `writable()`.
  static Secret of_size(std::size_t size);
  /// `size` bytes from the CSPRNG.
  static Secret random(std::size_t size);

  Secret(Secret&&) noexcept;
  Secret& operator=(Secret&&) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// An explicit second copy, for the few places that need one.
  Secret clone() const;

  std::string_view reveal() const noexcept;
  std::span<const std::byte> reveal_bytes() const noexcept;
  std::span<std::byte> writable() noexcept;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Constant-time in the content (requirement T9); the lengths are not secret.
  bool equals(const Secret& other) const noexcept;

 private:
  void wipe() noexcept;

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

/// Wipes a string that had to hold a secret for a library's sake.
void wipe(std::string& text) noexcept;

}  // namespace portal
