#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "daemon/log_mask.hpp"
#include "daemon/log_sinks.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// What the process writes to stderr between its making and `text()`.
class CapturedStderr {
 public:
  CapturedStderr() : file_(std::tmpfile()), saved_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~CapturedStderr() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    std::fclose(file_);
  }
  std::string text() {
    std::string all;
    std::rewind(file_);
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) all += static_cast<char>(c);
    return all;
  }

 private:
  std::FILE* file_;
  int saved_;
};

std::string logged(LogLevel least, LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  const auto sink = make_log_sink({LogTarget::standard_error, least});
  CapturedStderr captured;
  set_log_sink(sink.get());
  log(level, message, fields);
  set_log_sink(nullptr);
  return captured.text();
}

void a_line_has_level_message_and_fields(void**) {
  test::assert_text(
      logged(LogLevel::info, LogLevel::warning, "gateway failed",
             {{"name", "kannel"}, {"reason", "says \"busy\" now"}, {"empty", ""}}),
      "warning: gateway failed name=kannel reason=\"says \\\"busy\\\" now\" empty=\"\"\n");
}

void line_breaks_and_control_characters_cannot_forge_a_line(void**) {
  // J4
  const std::string line = logged(LogLevel::info, LogLevel::info, "user\r\nerror: forged",
                                  {{"name", "a\nb\x1b[2J\xff"}});
  test::assert_text(line, "info: user\\r\\nerror: forged name=\"a\\nb\\x1b[2J\\xff\"\n");
}

void lines_below_the_level_are_dropped(void**) {
  test::assert_text(logged(LogLevel::warning, LogLevel::info, "quiet", {}), "");
  test::assert_text(logged(LogLevel::warning, LogLevel::error, "loud", {}), "error: loud\n");
  test::assert_text(logged(LogLevel::debug, LogLevel::debug, "all", {}), "debug: all\n");
}

void ahv_and_phone_numbers_are_masked_at_every_level(void**) {
  // J4
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    const std::string line = logged(LogLevel::debug, level, "row of 756.9217.0769.85 refused",
                                    {{"typed", "7569217076985"}, {"to", "+41 79 123 45 67"}});
    assert_null(std::strstr(line.c_str(), "9217"));
    assert_null(std::strstr(line.c_str(), "076985"));
    assert_null(std::strstr(line.c_str(), "45 67"));
    assert_non_null(std::strstr(line.c_str(), "756…"));
  }
}

void the_mask_leaves_other_numbers_alone(void**) {
  // J4
  for (const char* text : {"756", "port 7569", "2025-01-31 12:34:56.789", "uid 1000", "+41",
                           "192.168.100.200", "took 756 ms, 12 tries", "1234567890123456"}) {
    test::assert_text(masked_for_log(text), text);
  }
  test::assert_text(masked_for_log("to +41791234567."), "to +41….");
  test::assert_text(masked_for_log("756 9217 0769 85x"), "756…x");
}

void journal_fields_have_legal_names(void**) {
  test::assert_text(journal_field_name("account"), "PORTAL_ACCOUNT");
  test::assert_text(journal_field_name("decision-id"), "PORTAL_DECISION_ID");
  assert_true(journal_field_name(std::string(200, 'x')).size() <= 64);
}

void stderr_is_the_journal_only_if_the_stream_is_the_same(void**) {
  struct stat info {};
  assert_int_equal(::fstat(STDERR_FILENO, &info), 0);
  const std::string own = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  ::setenv("JOURNAL_STREAM", own.c_str(), 1);
  assert_true(stderr_is_the_journal());
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  assert_false(stderr_is_the_journal());
  ::setenv("JOURNAL_STREAM", "nonsense", 1);
  assert_false(stderr_is_the_journal());
  ::unsetenv("JOURNAL_STREAM");
  assert_false(stderr_is_the_journal());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_line_has_level_message_and_fields),
      cmocka_unit_test(line_breaks_and_control_characters_cannot_forge_a_line),
      cmocka_unit_test(lines_below_the_level_are_dropped),
      cmocka_unit_test(ahv_and_phone_numbers_are_masked_at_every_level),
      cmocka_unit_test(the_mask_leaves_other_numbers_alone),
      cmocka_unit_test(journal_fields_have_legal_names),
      cmocka_unit_test(stderr_is_the_journal_only_if_the_stream_is_the_same),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
