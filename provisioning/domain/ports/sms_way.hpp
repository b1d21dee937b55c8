#pragma once

namespace portal {

/// Whether an SMS can leave the house.
class SmsWay {
 public:
  virtual ~SmsWay() = default;
  /// No: none could be sent now, so nobody should be asked for a code that cannot arrive. As this
  /// node has seen it; cheap.
  virtual bool is_open() const = 0;
};

}  // namespace portal
