#include "delivery/sms/circuit.hpp"

namespace portal {

bool SmsCircuit::could_enter(Time now) const {
  const std::lock_guard lock(mutex_);
  return failures_ < failures_in_a_row_ || now >= next_trial_;
}

bool SmsCircuit::enter(Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ < failures_in_a_row_) return true;
  if (now < next_trial_) return false;
  next_trial_ = now + pause_;
  return true;
}

bool SmsCircuit::failed(Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ < failures_in_a_row_) ++failures_;
  if (failures_ < failures_in_a_row_) return false;
  const bool already = next_trial_ > now;
  next_trial_ = now + pause_;
  return !already;
}

bool SmsCircuit::succeeded() {
  const std::lock_guard lock(mutex_);
  const bool was_passed_over = failures_ >= failures_in_a_row_;
  failures_ = 0;
  return was_passed_over;
}

}  // namespace portal
