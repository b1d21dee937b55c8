#include "base/secret.hpp"

#include <sodium.h>

#include <cstring>
#include <string>
#include <utility>

namespace portal {

Secret::Secret(std::string_view bytes) : Secret(std::as_bytes(std::span(bytes))) {}

Secret::Secret(std::span<const std::byte> bytes)
    : bytes_(std::make_unique<std::byte[]>(bytes.size())), size_(bytes.size()) {
  if (!bytes.empty()) std::memcpy(bytes_.get(), bytes.data(), bytes.size());
}

Secret Secret::of_size(std::size_t size) {
  Secret made;
  made.bytes_ = std::make_unique<std::byte[]>(size);
  made.size_ = size;
  return made;
}

Secret Secret::random(std::size_t size) {
  Secret made = of_size(size);
  randombytes_buf(made.bytes_.get(), size);
  return made;
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::clone() const { return Secret(reveal_bytes()); }

std::string_view Secret::reveal() const noexcept {
  return {reinterpret_cast<const char*>(bytes_.get()), size_};
}

std::span<const std::byte> Secret::reveal_bytes() const noexcept { return {bytes_.get(), size_}; }

std::span<std::byte> Secret::writable() noexcept { return {bytes_.get(), size_}; }

bool Secret::equals(const Secret& other) const noexcept {
  return size_ == other.size_ && sodium_memcmp(bytes_.get(), other.bytes_.get(), size_) == 0;
}

void Secret::wipe() noexcept {
  if (bytes_) sodium_memzero(bytes_.get(), size_);
}

void wipe(std::string& text) noexcept {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace portal
