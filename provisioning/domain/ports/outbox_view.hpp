#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/outbox.hpp"
#include "identity/id.hpp"

namespace portal {

/// A message as an administrator sees it: never what it says, and to whom only masked
/// (requirement J4).
struct OutboxEntry {
  std::int64_t number = 0;  ///< its place in the order of queueing
  MessageId id;
  Channel channel = Channel::mail;
  std::string wording;  ///< "sms.code"
  PortalId portal;
  std::string recipient;  ///< "a…r@example.ch", "+41 •• ••• •• 67"; empty once it has ended
  std::string order_key;  ///< the id of the person or account; empty once it has ended
  MessageState state = MessageState::waiting;
  UtcTime created;
  UtcTime expires;
  /// waiting: the next try. handed_over: until then its report is waited for.
  UtcTime due;
  UtcTime leased_until;  ///< a worker has it in hand until then, at most
  MessageId behind;      ///< an earlier one of the same person that goes first; empty: none
  int attempts = 0;
  std::string trouble;                ///< why the last try failed, without the recipient
  std::vector<std::string> gateways;  ///< those that may have it (requirement S3)
  std::optional<UtcTime> finished;
};

/// Which messages to list.
struct OutboxFilter {
  std::vector<MessageState> states;  ///< of these; empty: of any
  std::optional<Channel> channel;
  std::int64_t after = 0;  ///< only those with a greater number
  int limit = 100;
};

/// The outbox as an administrator sees it.
class OutboxView {
 public:
  virtual ~OutboxView() = default;
  /// Oldest first.
  virtual Result<std::vector<OutboxEntry>> list(const OutboxFilter& filter) = 0;
  /// Fails: not_found.
  virtual Result<OutboxEntry> get(const MessageId& id) = 0;
  /// Makes a message that waits, and that no worker has in hand at `now`, due at `now`. False if it
  /// is not such a one: then nothing has changed. The gateways that may have it stay noted.
  virtual Result<bool> make_due(const MessageId& id, UtcTime now) = 0;
};

}  // namespace portal
