#include "daemon/alarm_log.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/forwarding_transaction.hpp"

namespace portal {
namespace {

/// A transaction that remembers the alarms written in it.
class Listening final : public ForwardingTransaction, private AuditLog {
 public:
  using ForwardingTransaction::ForwardingTransaction;

  const std::vector<AuditEvent>& alarms() const noexcept { return alarms_; }

  AuditLog& audit() override { return *this; }

 private:
  AuditLog& behind() { return ForwardingTransaction::audit(); }

  Result<void> append(const AuditEvent& event) override {
    if (event.what.starts_with("alarm.")) alarms_.push_back(event);
    return behind().append(event);
  }
  Result<std::vector<AuditRecord>> read(std::int64_t after, int limit) override {
    return behind().read(after, limit);
  }
  Result<std::vector<AuditRecord>> of(const std::set<std::string>& ids) override {
    return behind().of(ids);
  }
  Result<std::int64_t> verify() override { return behind().verify(); }

  std::vector<AuditEvent> alarms_;
};

}  // namespace

Result<void> AlarmLog::write(std::string_view label, Work work) {
  std::vector<AuditEvent> alarms;
  Result<void> done = behind_.write(label, [&](Transaction& transaction) {
    Listening listening(transaction);
    Result<void> result = work(listening);
    alarms = listening.alarms();
    return result;
  });
  if (!done) return done;
  for (const AuditEvent& alarm : alarms) {
    log(LogLevel::warning, "alarm",
        {{"what", alarm.what}, {"reason", alarm.reason}, {"decision", alarm.decision.text()}});
  }
  return done;
}

}  // namespace portal
