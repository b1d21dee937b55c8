// The decoder of the modules' socket. Whatever the bytes, it must stay inside them; and what it
// takes for a message must have exactly those bytes as its encoding.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "base/secret.hpp"
#include "wire/received.hpp"

using namespace portal;
using namespace portal::wire;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Message>
void encodes_to_what_it_was_read_from(std::span<const std::byte> body) {
  Message message;
  if (decode(body, message) != CodecFault::none) return;
  std::array<std::byte, kFrameLimit> frame{};
  const Encoded encoded = encode(message, frame);
  require(encoded.fault == CodecFault::none && encoded.size == body.size() + kLengthSize);
  require(std::memcmp(&frame[kLengthSize], body.data(), body.size()) == 0);
  const std::span<const std::byte> written(frame);
  const BodySize size = body_size(written.first<kLengthSize>());
  require(size.fault == CodecFault::none && size.size == body.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of the exact size, so that a sanitizer sees each byte read beyond it.
  const Secret copy(std::span(reinterpret_cast<const std::byte*>(data), size));
  const std::span<const std::byte> bytes = copy.reveal_bytes();
  if (bytes.size() >= kLengthSize) {
    const BodySize announced = body_size(bytes.first<kLengthSize>());
    require(announced.size <= kFrameLimit - kLengthSize);
  }
  encodes_to_what_it_was_read_from<Open>(bytes);
  encodes_to_what_it_was_read_from<Answer>(bytes);
  encodes_to_what_it_was_read_from<ConversationFailed>(bytes);
  encodes_to_what_it_was_read_from<Prompt>(bytes);
  encodes_to_what_it_was_read_from<Done>(bytes);
  (void)Received::read(copy.clone());
  return 0;
}
