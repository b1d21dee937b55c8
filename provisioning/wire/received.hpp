#pragma once

#include <cstddef>
#include <span>
#include <variant>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "wire/core/codec.hpp"

namespace portal::wire {

using ModuleMessage = std::variant<Open, Answer, ConversationFailed>;

/// A message of a module together with the bytes that its texts look into; wiped at its end, since
/// it may hold a password. Moving it does not move the bytes.
class Received {
 public:
  /// Reads `body`, a frame without its length word.
  /// Fails: malformed (the detail names the fault, never the content).
  static Result<Received> read(Secret body);

  const ModuleMessage& message() const noexcept { return message_; }

 private:
  Received(Secret body, const ModuleMessage& message) : body_(std::move(body)), message_(message) {}

  Secret body_;
  ModuleMessage message_;
};

/// `message` as a frame. Fails: malformed (a text over its limit or with a NUL in it).
Result<Secret> frame_of(const Prompt& message);
Result<Secret> frame_of(const Done& message);

}  // namespace portal::wire
