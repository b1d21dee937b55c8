#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

enum class LogLevel { debug, info, warning, error };

/// One named fact of a log line: {"account", id}. Never a secret, a code, an AHV number or a full
/// phone number (requirement J4).
struct LogField {
  std::string_view name;
  std::string value;
};

/// Where log lines go; `daemon/` has the real ones.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// `message` and the values have no control characters left.
  virtual void write(LogLevel level, std::string_view message,
                     std::span<const LogField> fields) noexcept = 0;
};

/// The sink of the process; stderr until one is set. `sink` must outlive every thread that logs.
void set_log_sink(LogSink* sink) noexcept;

/// Writes one line. Only entry points log (socket servers, workers, main); libraries return errors.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// `text` with each control character and each byte of invalid UTF-8 replaced by an escape
/// ("\n" becomes "\\n"), at most 1,024 bytes (requirement J4).
std::string escaped_for_log(std::string_view text);

}  // namespace portal
