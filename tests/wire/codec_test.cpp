#include "wire/core/codec.hpp"

#include <array>
#include <string>
#include <vector>

#include "support/cmocka.hpp"
#include "wire/received.hpp"

using namespace portal;
using namespace portal::wire;

namespace {

std::string hex_of(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

/// `message` as a frame; fails the test if it cannot be one, or not of the size announced.
template <class Message>
std::vector<std::byte> frame_with(const Message& message) {
  std::vector<std::byte> frame(kFrameLimit);
  const Encoded encoded = encode(message, frame);
  assert_string_equal(name_of(encoded.fault), "none");
  FrameSize size;
  Message::fields(message, size);
  assert_int_equal(size.bytes(), encoded.size);
  frame.resize(encoded.size);
  return frame;
}

template <class Message>
std::vector<std::byte> body_with(const Message& message) {
  std::vector<std::byte> frame = frame_with(message);
  frame.erase(frame.begin(), frame.begin() + kLengthSize);
  return frame;
}

template <class Message>
void assert_fault(std::span<const std::byte> body, const char* expected) {
  Message message;
  assert_string_equal(name_of(decode(body, message)), expected);
}

Open full_open() {
  Open open;
  open.operation = Operation::authenticate;
  open.service.value = "sshd";
  open.user.value = "anna";
  open.remote_host.value = "192.0.2.7";
  open.terminal.value = "pts/0";
  open.refuse_empty = true;
  open.locale.value = "de_CH";
  return open;
}

void each_message_has_its_golden_bytes(void**) {
  // C1
  test::assert_text(hex_of(frame_with(full_open())),
                    "0000004a"
                    "0101"
                    "01000101"
                    "02000473736864"
                    "030004616e6e61"
                    "0400093139322e302e322e37"
                    "050000"
                    "0600057074732f30"
                    "07000101"
                    "08000102"
                    "09000564655f4348"
                    "0a000101"
                    "0b000101"
                    "0c0000"
                    "0d000101");
  test::assert_text(hex_of(frame_with(Answer{{"447683"}})),
                    "0000000b"
                    "0102"
                    "010006343437363833");
  test::assert_text(hex_of(frame_with(ConversationFailed{})),
                    "00000002"
                    "0103");
  test::assert_text(hex_of(frame_with(Prompt{Style::echo_on, {"Code: "}})),
                    "00000013"
                    "0110"
                    "01000102"
                    "020006436f64653a20"
                    "03000101");
  test::assert_text(hex_of(frame_with(Done{Outcome::unavailable, {"d1"}, {"later"}})),
                    "00000013"
                    "0111"
                    "01000104"
                    "0200026431"
                    "0300056c61746572");
}

void what_was_encoded_is_decoded(void**) {
  // C1
  const std::vector<std::byte> body = body_with(full_open());
  Open open;
  assert_string_equal(name_of(decode(body, open)), "none");
  assert_true(open.operation == Operation::authenticate);
  test::assert_text(open.service.value, "sshd");
  test::assert_text(open.user.value, "anna");
  test::assert_text(open.remote_host.value, "192.0.2.7");
  test::assert_text(open.remote_user.value, "");
  test::assert_text(open.terminal.value, "pts/0");
  assert_false(open.silent);
  assert_true(open.refuse_empty);
  test::assert_text(open.locale.value, "de_CH");
}

template <class Message>
void each_cut_of(const Message& message) {
  const std::vector<std::byte> body = body_with(message);
  for (std::size_t size = 0; size < body.size(); ++size) {
    Message read;
    const CodecFault fault = decode(std::span(body).first(size), read);
    assert_true(fault == CodecFault::truncated || fault == CodecFault::missing_field);
  }
}

void every_truncation_is_refused(void**) {
  // C1
  each_cut_of(full_open());
  each_cut_of(Answer{{"447683"}});
  each_cut_of(ConversationFailed{});
  each_cut_of(Prompt{Style::info, {"text"}});
  each_cut_of(Done{Outcome::denied, {"d1"}, {"no"}});
}

void length_word_is_judged_before_anything_is_read(void**) {
  // C1
  const auto verdict = [](std::uint32_t length) {
    std::array<std::byte, kLengthSize> word{};
    for (std::size_t i = 0; i < word.size(); ++i)
      word[i] = static_cast<std::byte>(length >> (8 * (3 - i)) & 0xff);
    return std::string(name_of(body_size(word).fault));
  };
  test::assert_text(verdict(0), "truncated");
  test::assert_text(verdict(1), "truncated");
  test::assert_text(verdict(2), "none");
  test::assert_text(verdict(16 * 1024 - 4), "none");
  test::assert_text(verdict(16 * 1024 - 3), "too_large");
  test::assert_text(verdict(0x7fffffff), "too_large");
  test::assert_text(verdict(0xffffffff), "too_large");
}

void another_version_or_type_is_refused(void**) {
  // C1
  std::vector<std::byte> body = body_with(Answer{{"x"}});
  body[0] = std::byte{2};
  assert_fault<Answer>(body, "bad_version");
  body[0] = std::byte{kVersion};
  for (const int type : {0, 4, 15, 18, 255}) {
    body[1] = static_cast<std::byte>(type);
    assert_fault<Answer>(body, "unknown_type");
  }
  body[1] = static_cast<std::byte>(MessageType::prompt);
  assert_fault<Answer>(body, "unknown_type");
}

void stray_fields_are_refused(void**) {
  // C1
  const std::vector<std::byte> prompt = body_with(Prompt{Style::info, {"hi"}});
  const std::vector<std::byte> style(prompt.begin() + 2, prompt.begin() + 6);
  const std::vector<std::byte> text(prompt.begin() + 6, prompt.begin() + 11);
  const std::vector<std::byte> keep(prompt.begin() + 11, prompt.end());
  const auto joined = [&](std::initializer_list<std::vector<std::byte>> fields) {
    std::vector<std::byte> body(prompt.begin(), prompt.begin() + 2);
    for (const auto& field : fields) body.insert(body.end(), field.begin(), field.end());
    return body;
  };
  const std::vector<std::byte> unknown = {std::byte{4}, std::byte{0}, std::byte{0}};
  const std::vector<std::byte> zero = {std::byte{0}, std::byte{0}, std::byte{0}};
  assert_fault<Prompt>(joined({style, text, keep}), "none");
  assert_fault<Prompt>(joined({style, text, keep, unknown}), "unknown_field");
  assert_fault<Prompt>(joined({style, unknown, text, keep}), "unknown_field");
  assert_fault<Prompt>(joined({zero, style, text, keep}), "unknown_field");
  assert_fault<Prompt>(joined({style, text, text, keep}), "duplicate_field");
  assert_fault<Prompt>(joined({style, style, text, keep}), "duplicate_field");
  assert_fault<Prompt>(joined({text, style, keep}), "missing_field");
  assert_fault<Prompt>(joined({style, text}), "missing_field");
}

void values_out_of_range_are_refused(void**) {
  // C1
  std::vector<std::byte> body = body_with(full_open());
  constexpr std::size_t kOperation = 5;
  for (const int value : {0, 7, 255}) {
    body[kOperation] = static_cast<std::byte>(value);
    assert_fault<Open>(body, "bad_value");
  }
  body = body_with(Answer{{"abc"}});
  body[6] = std::byte{0};
  assert_fault<Answer>(body, "bad_value");

  std::array<std::byte, kFrameLimit> frame{};
  test::assert_text(name_of(encode(Answer{{std::string_view("a\0b", 3)}}, frame).fault),
                    "bad_value");
  test::assert_text(name_of(encode(Prompt{Style{9}, {"x"}}, frame).fault), "bad_value");
}

void texts_over_their_limit_are_refused_on_both_sides(void**) {
  // C1
  const std::string longest(2048, 'x');
  const std::string longer(2049, 'x');
  std::array<std::byte, kFrameLimit> frame{};
  test::assert_text(name_of(encode(Answer{{longest}}, frame).fault), "none");
  test::assert_text(name_of(encode(Answer{{longer}}, frame).fault), "too_large");
  test::assert_text(name_of(encode(Answer{{longest}}, std::span(frame).first(2056)).fault),
                    "too_large");
  test::assert_text(name_of(encode(Answer{{"x"}}, std::span(frame).first(5)).fault), "too_large");

  std::vector<std::byte> body = body_with(Answer{{longest}});
  body.push_back(std::byte{'x'});
  body[3] = std::byte{0x08};
  body[4] = std::byte{0x01};
  assert_fault<Answer>(body, "too_large");
}

template <class Message>
std::size_t largest_frame() {
  std::size_t size = kLengthSize + kBodyMinimum;
  Message message;
  std::uint8_t last = 0;
  Message::fields(message, [&](std::uint8_t tag, auto& field) {
    assert_int_equal(tag, last + 1);
    last = tag;
    if constexpr (requires { field.limit(); })
      size += 3 + field.limit();
    else
      size += 4;
  });
  return size;
}

void every_message_fits_into_a_frame_and_its_tags_ascend(void**) {
  // C1
  assert_true(largest_frame<Open>() <= kFrameLimit);
  assert_true(largest_frame<Answer>() <= kFrameLimit);
  assert_true(largest_frame<ConversationFailed>() <= kFrameLimit);
  assert_true(largest_frame<Prompt>() <= kFrameLimit);
  assert_true(largest_frame<Done>() <= kFrameLimit);
}

void daemon_takes_only_what_a_module_sends(void**) {
  // C1
  const auto read = [](const std::vector<std::byte>& body) {
    return Received::read(Secret(std::span<const std::byte>(body)));
  };
  const Result<Received> answer = read(body_with(Answer{{"447683"}}));
  assert_ok(answer);
  test::assert_text(std::get<Answer>(answer->message()).text.value, "447683");
  assert_ok(read(body_with(full_open())));
  assert_ok(read(body_with(ConversationFailed{})));
  assert_error(read(body_with(Prompt{Style::info, {"x"}})), Errc::malformed);
  assert_error(read(body_with(Done{Outcome::success, {}, {}})), Errc::malformed);
  assert_error(read({}), Errc::malformed);
}

void received_texts_survive_a_move(void**) {
  // C1
  const std::vector<std::byte> body = body_with(Answer{{"a short one"}});
  Result<Received> first = Received::read(Secret(std::span<const std::byte>(body)));
  assert_ok(first);
  const Received second = std::move(*first);
  test::assert_text(std::get<Answer>(second.message()).text.value, "a short one");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_message_has_its_golden_bytes),
      cmocka_unit_test(what_was_encoded_is_decoded),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(length_word_is_judged_before_anything_is_read),
      cmocka_unit_test(another_version_or_type_is_refused),
      cmocka_unit_test(stray_fields_are_refused),
      cmocka_unit_test(values_out_of_range_are_refused),
      cmocka_unit_test(texts_over_their_limit_are_refused_on_both_sides),
      cmocka_unit_test(every_message_fits_into_a_frame_and_its_tags_ascend),
      cmocka_unit_test(daemon_takes_only_what_a_module_sends),
      cmocka_unit_test(received_texts_survive_a_move),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
