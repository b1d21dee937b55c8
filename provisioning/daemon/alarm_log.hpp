#pragma once

#include "domain/ports/store.hpp"

namespace portal {

/// A store that writes a warning to the log for each alarm in the audit log (an event named
/// "alarm.…"), after its commit: somebody should look now, not at the next audit.
class AlarmLog final : public Store {
 public:
  explicit AlarmLog(Store& behind) : behind_(behind) {}

  Result<void> write(std::string_view label, Work work) override;
  Result<void> read(Work work) override { return behind_.read(work); }

 private:
  Store& behind_;
};

}  // namespace portal
