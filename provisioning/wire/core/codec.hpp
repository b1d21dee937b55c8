#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "wire/core/messages.hpp"

namespace portal::wire {

/// Why bytes are no frame, or a message cannot become one.
enum class CodecFault : std::uint8_t {
  none,
  truncated,        ///< ends inside a field or before its type
  too_large,        ///< a frame or a text over its limit
  bad_version,      ///< another version of the protocol
  unknown_type,     ///< not a message of this protocol, or not the expected one
  unknown_field,    ///< a tag that the message does not have
  duplicate_field,  ///< a field again, or out of order
  missing_field,    ///< a field of the message is not there
  bad_value,        ///< an enumerator or flag out of range, or a NUL inside a text
};
/// The stable lower-case name, for logs: "bad_value".
const char* name_of(CodecFault fault) noexcept;

/// Before each field: its tag and the length of its value.
inline constexpr std::size_t kFieldHeader = 3;

/// Adds up what a message takes as a frame; a visitor of `Message::fields`.
class FrameSize {
 public:
  template <std::size_t Limit>
  void operator()(std::uint8_t, const Text<Limit>& text) noexcept {
    bytes_ += kFieldHeader + text.value.size();
  }
  template <class Byte>
  void operator()(std::uint8_t, const Byte&) noexcept {
    bytes_ += kFieldHeader + 1;
  }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t bytes_ = kLengthSize + kBodyMinimum;
};

/// Writes the fields of one message into a frame; the visitor of `Message::fields`.
class FieldWriter {
 public:
  FieldWriter(std::span<std::byte> frame, MessageType type) noexcept;

  template <std::size_t Limit>
  void operator()(std::uint8_t tag, const Text<Limit>& text) noexcept {
    put(tag, text.value, Limit);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(std::uint8_t tag, const Enum& value) noexcept {
    put_byte(tag, static_cast<std::uint8_t>(value), last_of(value));
  }
  void operator()(std::uint8_t tag, const bool& value) noexcept { put_byte(tag, value ? 2 : 1, 2); }

  /// Fills in the length.
  void finish() noexcept;
  CodecFault fault() const noexcept { return fault_; }
  std::size_t size() const noexcept { return used_; }

 private:
  void put(std::uint8_t tag, std::string_view value, std::size_t limit) noexcept;
  void put_byte(std::uint8_t tag, std::uint8_t value, std::uint8_t last) noexcept;

  std::span<std::byte> frame_;
  std::size_t used_ = 0;
  CodecFault fault_ = CodecFault::none;
};

/// Reads the fields of one message; the visitor of `Message::fields`. `last_tag` is the message's
/// highest tag.
class FieldReader {
 public:
  FieldReader(std::span<const std::byte> fields, std::uint8_t last_tag) noexcept
      : rest_(fields), last_tag_(last_tag) {}

  template <std::size_t Limit>
  void operator()(std::uint8_t tag, Text<Limit>& text) noexcept {
    text.value = take(tag, Limit);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(std::uint8_t tag, Enum& value) noexcept {
    const std::uint8_t byte = take_byte(tag, last_of(value));
    if (fault_ == CodecFault::none) value = static_cast<Enum>(byte);
  }
  void operator()(std::uint8_t tag, bool& value) noexcept { value = take_byte(tag, 2) == 2; }

  /// The verdict; nothing may be left over.
  CodecFault finish() noexcept;

 private:
  std::string_view take(std::uint8_t tag, std::size_t limit) noexcept;
  std::string_view take_value(std::uint8_t tag) noexcept;
  std::uint8_t take_byte(std::uint8_t tag, std::uint8_t last) noexcept;
  std::string_view stop(CodecFault fault) noexcept;
  CodecFault stray(std::uint8_t found, std::uint8_t expected) const noexcept;

  std::span<const std::byte> rest_;
  std::uint8_t last_tag_;
  CodecFault fault_ = CodecFault::none;
};

struct Encoded {
  CodecFault fault = CodecFault::none;
  std::size_t size = 0;  ///< of the whole frame
};

/// Writes `message` as one frame to the front of `frame`. Fails: too_large (a text over its limit,
/// or `frame` too small), bad_value (a NUL inside a text).
template <class Message>
Encoded encode(const Message& message, std::span<std::byte> frame) noexcept {
  FieldWriter writer(frame, Message::kType);
  Message::fields(message, writer);
  writer.finish();
  return {writer.fault(), writer.size()};
}

struct BodySize {
  CodecFault fault = CodecFault::none;
  std::size_t size = 0;
};
/// What a length word announces: to be asked before memory is taken (requirement C1).
/// Fails: too_large, truncated (no room for version and type).
BodySize body_size(std::span<const std::byte, kLengthSize> length) noexcept;

struct BodyType {
  CodecFault fault = CodecFault::none;
  MessageType type{};
};
/// The type of the message in `body` (a frame without its length word).
/// Fails: truncated, bad_version, unknown_type.
BodyType body_type(std::span<const std::byte> body) noexcept;

/// Reads `body` as a `Message`, whose texts then look into `body`. On a fault the message's content
/// means nothing.
template <class Message>
CodecFault decode(std::span<const std::byte> body, Message& message) noexcept {
  const BodyType found = body_type(body);
  if (found.fault != CodecFault::none) return found.fault;
  if (found.type != Message::kType) return CodecFault::unknown_type;
  FieldReader reader(body.subspan(kBodyMinimum), field_count<Message>());
  Message::fields(message, reader);
  return reader.finish();
}

}  // namespace portal::wire
