#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

enum class Channel { mail, sms };
std::string_view name_of(Channel channel) noexcept;

/// Something that must reach a person. `text` names its wording in the message catalogue
/// ("mail.confirm_address"), `values` fill its placeholders; the worker makes the words.
struct Message {
  MessageId id;
  Channel channel = Channel::mail;
  std::string recipient;  ///< an address or an E.164 number
  std::string text;
  std::map<std::string, std::string> values;
  Language language = Language::fr;
  PortalId portal;
  std::string order_key;  ///< messages of one person keep their order
  UtcTime created;
  UtcTime expires;  ///< not sent after this: a dead code helps nobody
  int attempts = 0;
};

enum class MessageState { waiting, sent, expired, failed };
std::string_view name_of(MessageState state) noexcept;

/// The queue as the domain sees it: what is put here in a transaction is sent if it commits.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Result<void> put(const Message& message) = 0;
};

/// The queue as its worker sees it.
class OutboxQueue {
 public:
  virtual ~OutboxQueue() = default;
  /// Leases up to `limit` waiting messages that are due, until `lease_end`; a worker that dies
  /// loses its lease. Only the oldest of each order key.
  virtual Result<std::vector<Message>> lease(UtcTime now, UtcTime lease_end, int limit) = 0;
  /// Ends a message: sent, expired or failed for good. What it held is wiped.
  virtual Result<void> finish(const MessageId& id, MessageState state, UtcTime now) = 0;
  /// Gives it back, due again at `next`.
  virtual Result<void> retry_at(const MessageId& id, UtcTime next, std::string_view why) = 0;
};

}  // namespace portal
