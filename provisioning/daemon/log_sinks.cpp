#include "daemon/log_sinks.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "daemon/log_mask.hpp"

namespace portal {
namespace {

constexpr std::string_view kIdentifier = "portald";

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "error";
}

int priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return LOG_DEBUG;
    case LogLevel::info: return LOG_INFO;
    case LogLevel::warning: return LOG_WARNING;
    case LogLevel::error: return LOG_ERR;
  }
  return LOG_ERR;
}

class StderrSink final : public LogSink {
 public:
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    const std::string line = log_line(level, message, fields) + "\n";
    // One call for a line: stderr is unbuffered, lines of two threads must not mix.
    (void)std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

class SyslogSink final : public LogSink {
 public:
  SyslogSink() { ::openlog(kIdentifier.data(), LOG_PID | LOG_NDELAY, LOG_AUTHPRIV); }
  ~SyslogSink() override { ::closelog(); }
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    ::syslog(priority_of(level), "%s", log_line(level, message, fields).c_str());
  }
};

class JournalSink final : public LogSink {
 public:
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    std::vector<std::string> entries = {"MESSAGE=" + std::string(message),
                                        "PRIORITY=" + std::to_string(priority_of(level)),
                                        "SYSLOG_IDENTIFIER=" + std::string(kIdentifier),
                                        "SYSLOG_FACILITY=" + std::to_string(LOG_FAC(LOG_AUTHPRIV))};
    for (const LogField& field : fields) {
      entries.push_back(journal_field_name(field.name) + "=" + field.value);
    }
    std::vector<iovec> vectors;
    vectors.reserve(entries.size());
    for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
    if (::sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size())) != 0) {
      fallback_.write(level, message, fields);
    }
  }

 private:
  StderrSink fallback_;
};

/// What every line goes through, wherever it goes then.
class GuardedSink final : public LogSink {
 public:
  GuardedSink(LogLevel least, std::unique_ptr<LogSink> next)
      : least_(least), next_(std::move(next)) {}
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    if (level < least_) return;
    std::vector<LogField> masked;
    for (const LogField& field : fields) {
      masked.push_back({field.name, masked_for_log(field.value)});
    }
    next_->write(level, masked_for_log(message), masked);
  }

 private:
  LogLevel least_;
  std::unique_ptr<LogSink> next_;
};

std::unique_ptr<LogSink> sink_for(LogTarget target) {
  switch (target) {
    case LogTarget::automatic:
      if (stderr_is_the_journal()) return std::make_unique<JournalSink>();
      return std::make_unique<StderrSink>();
    case LogTarget::journal: return std::make_unique<JournalSink>();
    case LogTarget::syslog: return std::make_unique<SyslogSink>();
    case LogTarget::standard_error: return std::make_unique<StderrSink>();
  }
  return std::make_unique<StderrSink>();
}

}  // namespace

std::string log_line(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::string line = std::string(name_of(level)) + ": " + std::string(message);
  for (const LogField& field : fields) {
    line += " " + std::string(field.name) + "=";
    const bool plain =
        !field.value.empty() && field.value.find_first_of(" \"=\\") == std::string::npos;
    if (plain) {
      line += field.value;
      continue;
    }
    line += '"';
    for (const char c : field.value) {
      if (c == '"') line += '\\';
      line += c;
    }
    line += '"';
  }
  return line;
}

std::string journal_field_name(std::string_view name) {
  std::string field = "PORTAL_";
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    field += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return field.substr(0, 64);
}

bool stderr_is_the_journal() noexcept {
  const char* stream = std::getenv("JOURNAL_STREAM");
  if (stream == nullptr) return false;
  unsigned long long device = 0;
  unsigned long long inode = 0;
  if (std::sscanf(stream, "%llu:%llu", &device, &inode) != 2) return false;
  struct stat info {};
  return ::fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

std::unique_ptr<LogSink> make_log_sink(const LogSettings& settings) {
  return std::make_unique<GuardedSink>(settings.level, sink_for(settings.target));
}

}  // namespace portal
