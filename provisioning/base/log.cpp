#include "base/log.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <vector>

namespace portal {
namespace {

constexpr std::size_t kLongest = 1024;

class StderrSink final : public LogSink {
 public:
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    constexpr std::array<const char*, 4> names = {"debug", "info", "warning", "error"};
    std::string line = std::string(names[static_cast<std::size_t>(level)]) + ": ";
    line += message;
    for (const LogField& field : fields) {
      line += ' ';
      line += field.name;
      line += '=';
      line += field.value;
    }
    line += '\n';
    (void)std::fputs(line.c_str(), stderr);
  }
};

StderrSink stderr_sink;
std::atomic<LogSink*> current_sink{&stderr_sink};

/// The length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

}  // namespace

void set_log_sink(LogSink* sink) noexcept { current_sink.store(sink ? sink : &stderr_sink); }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::vector<LogField> clean;
  clean.reserve(fields.size());
  for (const LogField& field : fields) clean.push_back({field.name, escaped_for_log(field.value)});
  current_sink.load()->write(level, escaped_for_log(message), clean);
}

std::string escaped_for_log(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty() && clean.size() < kLongest) {
    const std::size_t length = utf8_length(text);
    const auto lead = static_cast<unsigned char>(text.front());
    // C1 controls are two bytes in UTF-8: C2 80 to C2 9F.
    const bool control =
        length == 0 || lead < 0x20 || lead == 0x7F ||
        (length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (!control) {
      clean += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    if (lead == '\n') {
      clean += "\\n";
    } else if (lead == '\r') {
      clean += "\\r";
    } else {
      std::array<char, 5> escape{};
      (void)std::snprintf(escape.data(), escape.size(), "\\x%02x", lead);
      clean += escape.data();
    }
    text.remove_prefix(1);
  }
  if (!text.empty()) clean += "…";
  return clean;
}

}  // namespace portal
