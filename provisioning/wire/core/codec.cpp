#include "wire/core/codec.hpp"

#include <cstring>

namespace portal::wire {

namespace {

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has_nul(std::string_view text) {
  return !text.empty() && std::memchr(text.data(), 0, text.size()) != nullptr;
}

}  // namespace

const char* name_of(CodecFault fault) noexcept {
  switch (fault) {
    case CodecFault::none: return "none";
    case CodecFault::truncated: return "truncated";
    case CodecFault::too_large: return "too_large";
    case CodecFault::bad_version: return "bad_version";
    case CodecFault::unknown_type: return "unknown_type";
    case CodecFault::unknown_field: return "unknown_field";
    case CodecFault::duplicate_field: return "duplicate_field";
    case CodecFault::missing_field: return "missing_field";
    case CodecFault::bad_value: return "bad_value";
  }
  return "unknown";
}

FieldWriter::FieldWriter(std::span<std::byte> frame, MessageType type) noexcept
    : frame_(frame.size() > kFrameLimit ? frame.first(kFrameLimit) : frame) {
  if (frame_.size() < kLengthSize + kBodyMinimum) {
    fault_ = CodecFault::too_large;
    return;
  }
  frame_[kLengthSize] = std::byte{kVersion};
  frame_[kLengthSize + 1] = static_cast<std::byte>(type);
  used_ = kLengthSize + kBodyMinimum;
}

void FieldWriter::put(std::uint8_t tag, std::string_view value, std::size_t limit) noexcept {
  if (fault_ != CodecFault::none) return;
  if (value.size() > limit || value.size() + kFieldHeader > frame_.size() - used_) {
    fault_ = CodecFault::too_large;
    return;
  }
  if (has_nul(value)) {
    fault_ = CodecFault::bad_value;
    return;
  }
  frame_[used_] = std::byte{tag};
  frame_[used_ + 1] = static_cast<std::byte>(value.size() >> 8);
  frame_[used_ + 2] = static_cast<std::byte>(value.size() & 0xff);
  used_ += kFieldHeader;
  if (!value.empty()) std::memcpy(&frame_[used_], value.data(), value.size());
  used_ += value.size();
}

void FieldWriter::put_byte(std::uint8_t tag, std::uint8_t value, std::uint8_t last) noexcept {
  // Enumerators and flags begin at 1, so that a value is never NUL and is written as a text.
  if (value < 1 || value > last) {
    if (fault_ == CodecFault::none) fault_ = CodecFault::bad_value;
    return;
  }
  const char byte = static_cast<char>(value);
  put(tag, {&byte, 1}, 1);
}

void FieldWriter::finish() noexcept {
  if (fault_ != CodecFault::none) {
    used_ = 0;
    return;
  }
  const std::size_t body = used_ - kLengthSize;
  for (std::size_t i = 0; i < kLengthSize; ++i)
    frame_[i] = static_cast<std::byte>((body >> (8 * (kLengthSize - 1 - i))) & 0xff);
}

std::string_view FieldReader::stop(CodecFault fault) noexcept {
  if (fault_ == CodecFault::none) fault_ = fault;
  return {};
}

CodecFault FieldReader::stray(std::uint8_t found, std::uint8_t expected) const noexcept {
  if (found < 1 || found > last_tag_) return CodecFault::unknown_field;
  return found < expected ? CodecFault::duplicate_field : CodecFault::missing_field;
}

std::string_view FieldReader::take_value(std::uint8_t tag) noexcept {
  if (fault_ != CodecFault::none) return {};
  if (rest_.empty()) return stop(CodecFault::missing_field);
  if (byte_at(rest_, 0) != tag) return stop(stray(byte_at(rest_, 0), tag));
  if (rest_.size() < kFieldHeader) return stop(CodecFault::truncated);
  const std::size_t size = static_cast<std::size_t>(byte_at(rest_, 1)) << 8 | byte_at(rest_, 2);
  rest_ = rest_.subspan(kFieldHeader);
  if (size > rest_.size()) return stop(CodecFault::truncated);
  const std::string_view value = text_of(rest_.first(size));
  rest_ = rest_.subspan(size);
  return value;
}

std::string_view FieldReader::take(std::uint8_t tag, std::size_t limit) noexcept {
  const std::string_view value = take_value(tag);
  if (value.size() > limit) return stop(CodecFault::too_large);
  if (has_nul(value)) return stop(CodecFault::bad_value);
  return value;
}

std::uint8_t FieldReader::take_byte(std::uint8_t tag, std::uint8_t last) noexcept {
  const std::string_view value = take_value(tag);
  if (fault_ != CodecFault::none) return 0;
  const std::uint8_t byte = value.size() == 1 ? static_cast<std::uint8_t>(value[0]) : 0;
  if (byte < 1 || byte > last) stop(CodecFault::bad_value);
  return byte;
}

CodecFault FieldReader::finish() noexcept {
  if (fault_ == CodecFault::none && !rest_.empty())
    stop(stray(byte_at(rest_, 0), static_cast<std::uint8_t>(last_tag_ + 1)));
  return fault_;
}

BodySize body_size(std::span<const std::byte, kLengthSize> length) noexcept {
  std::size_t size = 0;
  for (const std::byte byte : length) size = size << 8 | std::to_integer<std::size_t>(byte);
  if (size > kFrameLimit - kLengthSize) return {CodecFault::too_large, 0};
  if (size < kBodyMinimum) return {CodecFault::truncated, 0};
  return {CodecFault::none, size};
}

BodyType body_type(std::span<const std::byte> body) noexcept {
  if (body.size() < kBodyMinimum) return {CodecFault::truncated, {}};
  if (byte_at(body, 0) != kVersion) return {CodecFault::bad_version, {}};
  const auto type = static_cast<MessageType>(byte_at(body, 1));
  switch (type) {
    case MessageType::open:
    case MessageType::answer:
    case MessageType::conversation_failed:
    case MessageType::prompt:
    case MessageType::done: return {CodecFault::none, type};
  }
  return {CodecFault::unknown_type, {}};
}

}  // namespace portal::wire
