#include "daemon/alarm_log.hpp"

#include <string>
#include <vector>

#include "base/log.hpp"
#include "domain/audit_trail.hpp"
#include "support/house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Keeps the lines that are logged, with their level and reason.
class Lines final : public LogSink {
 public:
  Lines() { set_log_sink(this); }
  ~Lines() override { set_log_sink(nullptr); }
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    std::string line = level == LogLevel::warning ? "warning: " : "";
    line += message;
    for (const LogField& field : fields) {
      if (field.name == "reason") line += ": " + field.value;
    }
    all.push_back(line);
  }
  std::vector<std::string> all;
};

AuditEvent event(std::string what, std::string reason) {
  AuditEvent made = success_event(UtcTime(), what, "", Source{"local", "portald"});
  made.reason = std::move(reason);
  return made;
}

void an_alarm_is_logged_once_it_is_committed(void**) {
  // S2, J1
  House house;
  AlarmLog store(*house.store);
  Lines lines;
  assert_ok(store.write("test", [&](Transaction& transaction) -> Result<void> {
    auto done = transaction.audit().append(event("alarm.sms_budget", "80 % of 10"));
    assert_true(lines.all.empty());
    if (done) done = transaction.audit().append(event("login.granted", "service sshd"));
    return done;
  }));
  assert_int_equal(lines.all.size(), 1);
  assert_text(lines.all[0], "warning: alarm: 80 % of 10");
  assert_int_equal(house.event_count("alarm.sms_budget"), 1);
  assert_int_equal(house.event_count("login.granted"), 1);
}

void what_is_rolled_back_is_not_logged(void**) {
  // J1
  House house;
  AlarmLog store(*house.store);
  Lines lines;
  assert_error(store.write("test",
                           [&](Transaction& transaction) -> Result<void> {
                             (void)transaction.audit().append(event("alarm.sms_budget", "x"));
                             return fail(Errc::conflict, "not this time");
                           }),
               Errc::conflict);
  assert_true(lines.all.empty());
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_alarm_is_logged_once_it_is_committed),
      cmocka_unit_test(what_is_rolled_back_is_not_logged),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
