#include "delivery/mail_encoding.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace portal {
namespace {

constexpr std::string_view kWordStart = "=?UTF-8?Q?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::size_t kLongestBodyLine = 76;

std::string hexadecimal(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'=', digits[byte >> 4U], digits[byte & 15U]};
}

/// Takes the first character (code point) of valid UTF-8.
std::string_view take_character(std::string_view& text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
  const std::string_view character = text.substr(0, size);
  text.remove_prefix(size);
  return character;
}

/// RFC 2047 section 5, rule 3: what is allowed even within a display name.
std::string in_word(std::string_view character) {
  if (character == " ") return "_";
  const char c = character.front();
  const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  if (plain) return std::string(character);
  std::string encoded;
  for (const char byte : character) encoded += hexadecimal(byte);
  return encoded;
}

/// Makes the lines of a quoted-printable body in memory that is wiped.
class BodyWriter {
 public:
  explicit BodyWriter(std::size_t source) {
    // Three for each byte, and a soft line break (3) in each 73 of those.
    text_.reserve(source * 3 + source * 9 / 73 + 16);
  }
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;
  ~BodyWriter() { wipe(text_); }

  void add(std::string_view character, bool plain) {
    const std::size_t size = plain ? character.size() : character.size() * 3;
    // One place stays free for the '=' of a soft break.
    if (column_ + size >= kLongestBodyLine) end_line("=\r\n");
    for (const char c : character) {
      if (plain) {
        text_ += c;
      } else {
        text_ += hexadecimal(c);
      }
    }
    column_ += size;
  }
  void end_line(std::string_view end) {
    text_ += end;
    column_ = 0;
  }
  bool at_line_start() const noexcept { return column_ == 0; }
  Secret take() const { return Secret(text_); }

 private:
  std::string text_;
  std::size_t column_ = 0;
};

bool stands_plain(std::string_view character, std::string_view rest) {
  const char c = character.front();
  // A space at a line's end does not survive all servers.
  if (c == ' ') return !rest.empty() && rest.front() != '\n' && !rest.starts_with("\r\n");
  return c > ' ' && c <= '~' && c != '=';
}

struct Civil {
  int year, month, day, hour, minute, second, millisecond;
  unsigned weekday;
};

Civil civil(UtcTime time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count()),
          std::chrono::weekday(midnight).c_encoding()};
}

}  // namespace

std::string encoded_words(std::string_view text, std::size_t width) {
  const std::size_t room = std::min<std::size_t>(width, 75) - kWordStart.size() - kWordEnd.size();
  std::string words(kWordStart);
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string encoded = in_word(take_character(text));
    if (used + encoded.size() > room) {
      words += kWordEnd;
      words += "\r\n ";
      words += kWordStart;
      used = 0;
    }
    words += encoded;
    used += encoded.size();
  }
  words += kWordEnd;
  return words;
}

Secret quoted_printable(const Secret& text) {
  BodyWriter body(text.size());
  std::string_view rest = text.reveal();
  while (!rest.empty()) {
    if (rest.starts_with("\r\n")) rest.remove_prefix(1);
    const std::string_view character = take_character(rest);
    if (character == "\n") {
      body.end_line("\r\n");
    } else {
      body.add(character, stands_plain(character, rest));
    }
  }
  if (!body.at_line_start()) body.end_line("\r\n");
  return body.take();
}

std::string mail_date(UtcTime time) {
  constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil at = civil(time);
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                      days[at.weekday], at.day, months[static_cast<std::size_t>(at.month - 1)],
                      at.year, at.hour, at.minute, at.second);
  return text.data();
}

std::string iso_time(UtcTime time) {
  const Civil at = civil(time);
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", at.year,
                      at.month, at.day, at.hour, at.minute, at.second, at.millisecond);
  return text.data();
}

}  // namespace portal
