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
  std::vector<std::string> tried = {};  ///< SMS gateways that may have it (requirement S3)
  bool taken = false;                   ///< one of them said so
};

/// `handed_over`: a gateway has it and will report whether it arrived.
enum class MessageState { waiting, handed_over, sent, expired, failed };
std::string_view name_of(MessageState state) noexcept;

/// The queue as the domain sees it: what is put here in a transaction is sent if it commits.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Result<void> put(const Message& message) = 0;
  /// Whether a message of this order key is still on its way.
  virtual Result<bool> holds(std::string_view order_key) = 0;
};

/// The queue as its worker sees it.
class OutboxQueue {
 public:
  virtual ~OutboxQueue() = default;
  /// Leases up to `limit` waiting messages that are due, until `lease_end`; a worker that dies
  /// loses its lease. Only the oldest of each order key. What was handed over and has had no report
  /// in its time waits again, unless a later one with the same wording has replaced it.
  virtual Result<std::vector<Message>> lease(UtcTime now, UtcTime lease_end, int limit) = 0;
  /// Ends a message that waits: sent, expired or failed for good. What it held is wiped. One that
  /// was not sent keeps `why`, or, if that is empty, what its last try was given back with.
  virtual Result<void> finish(const MessageId& id, MessageState state, UtcTime now,
                              std::string_view why = {}) = 0;
  /// Notes the gateways that may have the message: these and no others. Names without commas.
  virtual Result<void> note_tried(const MessageId& id,
                                  const std::vector<std::string>& gateways) = 0;
  /// A gateway has it and will report: until `end` it holds up no other, then it waits again.
  virtual Result<void> await_report(const MessageId& id, UtcTime end) = 0;
  /// The report of `gateway`: it has arrived, and ends as sent; or it never will, and waits again
  /// at once, unless another gateway has been given it since. Nothing happens to a message that has
  /// ended.
  virtual Result<void> take_report(const MessageId& id, std::string_view gateway, bool arrived,
                                   UtcTime now) = 0;
  /// Gives it back, due again at `next`.
  virtual Result<void> retry_at(const MessageId& id, UtcTime next, std::string_view why) = 0;
};

}  // namespace portal
