#include "wire/received.hpp"

#include <array>
#include <string>

namespace portal::wire {

namespace {

template <class Message>
Result<ModuleMessage> message_in(std::span<const std::byte> body) {
  Message message;
  const CodecFault fault = decode(body, message);
  if (fault != CodecFault::none) return fail(Errc::malformed, name_of(fault));
  return message;
}

Result<ModuleMessage> module_message_in(std::span<const std::byte> body) {
  const BodyType found = body_type(body);
  if (found.fault != CodecFault::none) return fail(Errc::malformed, name_of(found.fault));
  switch (found.type) {
    case MessageType::open: return message_in<Open>(body);
    case MessageType::answer: return message_in<Answer>(body);
    case MessageType::conversation_failed: return message_in<ConversationFailed>(body);
    case MessageType::prompt:
    case MessageType::done: break;
  }
  return fail(Errc::malformed, "a message that only the daemon sends");
}

template <class Message>
Result<Secret> encoded(const Message& message) {
  FrameSize size;
  Message::fields(message, size);
  if (size.bytes() > kFrameLimit) return fail(Errc::malformed, name_of(CodecFault::too_large));
  Secret frame = Secret::of_size(size.bytes());
  const Encoded written = encode(message, frame.writable());
  if (written.fault != CodecFault::none) return fail(Errc::malformed, name_of(written.fault));
  return frame;
}

}  // namespace

Result<Received> Received::read(Secret body) {
  Result<ModuleMessage> message = module_message_in(body.reveal_bytes());
  if (!message) return fail(std::move(message).error());
  return Received(std::move(body), *message);
}

Result<Secret> frame_of(const Prompt& message) { return encoded(message); }
Result<Secret> frame_of(const Done& message) { return encoded(message); }

}  // namespace portal::wire
