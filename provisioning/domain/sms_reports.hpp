#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"

namespace portal {

class Store;

/// What gateways report of the SMS that they took. Each message has an address of its own for it,
/// which nobody can guess. Thread-safe.
class SmsReports {
 public:
  /// `origin`: "http://127.0.0.1:13080".
  SmsReports(Store& store, const Keyring& keyring, const Clock& clock, std::string origin)
      : store_(store), keyring_(keyring), clock_(clock), origin_(std::move(origin)) {}

  /// Where a gateway reports on a message; it puts its word for what happened behind it.
  std::string address(const std::string& gateway, const MessageId& message) const;

  /// Takes a report: "delivered" or Kannel's 1, "failed" or Kannel's 2 (by the phone) and 16 (by
  /// the operator); other words change nothing, nor does a failure at a gateway that is not the
  /// last one tried. Logs it, without number and text (requirement J4). Fails: denied (the token is
  /// not this message's), unavailable.
  Result<void> take(const std::string& gateway, const MessageId& message, std::string_view token,
                    std::string_view word);

 private:
  std::string token_for(const std::string& gateway, const MessageId& message) const;

  Store& store_;
  const Keyring& keyring_;
  const Clock& clock_;
  std::string origin_;
};

}  // namespace portal
