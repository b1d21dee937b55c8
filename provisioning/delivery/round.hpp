#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/transport.hpp"
#include "domain/ports/outbox.hpp"

namespace portal {

class Phrasebook;
class Store;

/// The longest that a transport may take for one message.
inline constexpr std::chrono::seconds kLongestSend{20};

struct DeliverySettings {
  int threads = 4;  ///< so that one slow relay or gateway does not hold up all
  int batch = 1;    ///< messages leased at a time by a thread; what waits for it waits alone
  /// A worker that dies loses what it leased after this time; more than twice kLongestSend.
  std::chrono::seconds lease{60};
  std::chrono::milliseconds look_every{1000};  ///< other processes may have queued
};

/// One look at the outbox: leases what is due, puts it into words, hands it over, and notes the
/// outcome. Holds no state between rounds; several threads and processes may run rounds on one
/// store. Logs each outcome by message id, without recipient and content (requirement J4).
class DeliveryRound {
 public:
  struct Neighbours {
    Store& store;
    const Phrasebook& phrasebook;
    Transport& transport;
    const Clock& clock;
  };
  DeliveryRound(Neighbours neighbours, DeliverySettings settings);

  /// How many messages it leased. Between messages it asks `stopping`, and gives back what it has
  /// not begun. Fails: unavailable (the store).
  Result<std::size_t> run(const std::function<bool()>& stopping);

 private:
  void handle(const Message& message);
  Result<void> send(const Message& message);
  Result<void> send_mail(const Message& message);
  Result<void> send_sms(const Message& message);
  void retry_later(const Message& message, const Error& why);
  void give_back(const Message& message);
  void finish(const Message& message, MessageState state, const Error* why);

  Neighbours neighbours_;
  DeliverySettings settings_;
};

}  // namespace portal
