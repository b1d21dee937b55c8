#include "delivery/relay_circuit.hpp"

#include <algorithm>

#include "delivery/retry_pause.hpp"
#include "delivery/round.hpp"

namespace portal {

bool RelayCircuit::admits(Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ == 0) return true;
  if (now < passed_over_till_) return false;
  trying_ = true;
  passed_over_till_ = now + kLongestSend;
  return true;
}

void RelayCircuit::worked() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  trying_ = false;
}

void RelayCircuit::failed(Time now) {
  const std::lock_guard lock(mutex_);
  // Several that were under way fail together, and count as one.
  if (failures_ > 0 && !trying_ && now < passed_over_till_) return;
  ++failures_;
  trying_ = false;
  passed_over_till_ = now + std::min(retry_pause(failures_), longest_pause_);
}

}  // namespace portal
