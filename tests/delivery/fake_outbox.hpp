#pragma once

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "delivery/transport.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"

namespace portal::test {

class FakeClock final : public Clock {
 public:
  UtcTime now() const override { return from_millis(millis_.load()); }
  void advance(std::chrono::milliseconds by) { millis_ += by.count(); }

 private:
  std::atomic<std::int64_t> millis_{1'795'459'821'123};  // 2026-11-23T18:50:21.123Z
};

struct QueuedMessage {
  Message message;
  MessageState state = MessageState::waiting;
  UtcTime due;
  UtcTime leased_until;
  std::string trouble;
};

/// The queue's contract in memory.
class FakeQueue final : public OutboxQueue {
 public:
  Result<std::vector<Message>> lease(UtcTime now, UtcTime lease_end, int limit) override {
    std::vector<Message> leased;
    std::set<std::string> keys;
    for (QueuedMessage& queued : messages) {
      if (queued.state == MessageState::handed_over && queued.due <= now) {
        queued.state = MessageState::waiting;
      }
      if (queued.state != MessageState::waiting) continue;
      // Only the oldest of its key, whether it is due or not.
      if (!keys.insert(queued.message.order_key).second) continue;
      if (queued.due > now || queued.leased_until > now) continue;
      if (leased.size() == static_cast<std::size_t>(limit)) break;
      queued.leased_until = lease_end;
      leased.push_back(queued.message);
      ++queued.message.attempts;
    }
    return leased;
  }
  Result<void> await_report(const MessageId& id, UtcTime end) override {
    find(id).state = MessageState::handed_over;
    find(id).message.taken = true;
    find(id).due = end;
    find(id).leased_until = {};
    return {};
  }
  Result<void> take_report(const MessageId& id, std::string_view gateway, bool arrived,
                           UtcTime now) override {
    if (arrived) find(id).state = MessageState::sent;
    const std::vector<std::string>& tried = find(id).message.tried;
    if (!arrived && !tried.empty() && tried.back() == gateway) find(id).due = now;
    return {};
  }
  Result<void> finish(const MessageId& id, MessageState state, UtcTime,
                      std::string_view why) override {
    if (find(id).state != MessageState::waiting) return {};
    find(id).state = state;
    if (!why.empty()) find(id).trouble = why;
    return {};
  }
  Result<void> note_tried(const MessageId& id, const std::vector<std::string>& gateways) override {
    find(id).message.tried = gateways;
    return {};
  }
  Result<void> retry_at(const MessageId& id, UtcTime next, std::string_view why) override {
    QueuedMessage& queued = find(id);
    queued.due = next;
    queued.leased_until = {};
    queued.trouble = why;
    return {};
  }

  QueuedMessage& find(const MessageId& id) {
    for (QueuedMessage& queued : messages) {
      if (queued.message.id == id) return queued;
    }
    std::abort();
  }

  std::vector<QueuedMessage> messages;
};

/// A store that has nothing but an outbox.
class FakeStore final : public Store, Transaction {
 public:
  Result<void> write(std::string_view label, Work work) override {
    const std::lock_guard lock(mutex_);
    if (broken.contains(std::string(label))) return fail(Errc::unavailable, "store is down");
    ++writes;
    return work(*this);
  }
  Result<void> read(Work work) override { return write("", work); }

  void put(const Message& message) {
    const std::lock_guard lock(mutex_);
    queue_.messages.push_back({message, MessageState::waiting, message.created, {}, {}});
  }
  QueuedMessage look_at(const MessageId& id) {
    const std::lock_guard lock(mutex_);
    return queue_.find(id);
  }

  std::set<std::string> broken;  ///< labels of writes that fail
  std::atomic<int> writes = 0;

 private:
  People& people() override { std::abort(); }
  Accounts& accounts() override { std::abort(); }
  Registrations& registrations() override { std::abort(); }
  Challenges& challenges() override { std::abort(); }
  Attempts& attempts() override { std::abort(); }
  Sessions& sessions() override { std::abort(); }
  Outbox& outbox() override { std::abort(); }
  OutboxQueue& outbox_queue() override { return queue_; }
  OutboxView& outbox_view() override { std::abort(); }
  AuditLog& audit() override { std::abort(); }
  Intents& intents() override { std::abort(); }
  Proofs& proofs() override { std::abort(); }
  RecoveryCodes& recovery_codes() override { std::abort(); }
  PasswordResets& password_resets() override { std::abort(); }
  Imports& imports() override { std::abort(); }
  MasterKeys& keys() override { std::abort(); }

  std::mutex mutex_;
  FakeQueue queue_;
};

class FakePhrasebook final : public Phrasebook {
 public:
  std::string text(Language language, std::string_view key, const Values& values) const override {
    if (missing.contains(std::string(key))) return "[" + std::string(key) + "]";
    std::string words = std::string(code_of(language)) + " " + std::string(key);
    for (const auto& [name, value] : values) words += " " + name + "=" + value;
    return words;
  }
  std::set<std::string> missing;
};

/// Remembers what it was given, and answers by script: the n-th send by the n-th answer, then well.
class FakeTransport final : public Transport {
 public:
  Result<void> send(const OutgoingMail& mail) override {
    return take("mail " + mail.recipient.text() + " | " + mail.subject + " | " +
                std::string(mail.body.reveal()));
  }
  Result<void> send(const OutgoingSms& sms) override {
    return take("sms " + sms.recipient.e164() + " | " + std::string(sms.text.reveal()));
  }

  std::vector<std::string> sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

  std::vector<std::optional<Error>> answers;
  std::function<void()> during = [] {};  ///< runs within each send

 private:
  Result<void> take(std::string what) {
    during();
    const std::lock_guard lock(mutex_);
    const std::size_t turn = turns_++;
    if (turn < answers.size() && answers[turn]) return fail(*answers[turn]);
    sent_.push_back(std::move(what));
    return {};
  }

  std::mutex mutex_;
  std::size_t turns_ = 0;
  std::vector<std::string> sent_;
};

/// Keeps what is logged, as long as it lives.
class CapturedLog final : public LogSink {
 public:
  CapturedLog() { set_log_sink(this); }
  ~CapturedLog() override { set_log_sink(nullptr); }
  void write(LogLevel, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    const std::lock_guard lock(mutex_);
    text_ += message;
    for (const LogField& field : fields) text_ += " " + std::string(field.name) + "=" + field.value;
    text_ += "\n";
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  bool has(std::string_view part) { return text().find(part) != std::string::npos; }

 private:
  std::mutex mutex_;
  std::string text_;
};

inline Message code_mail(const Clock& clock, std::string id, std::string order_key = "anna") {
  return {.id = MessageId(std::move(id)),
          .channel = Channel::mail,
          .recipient = "anna@example.ch",
          .text = "mail.confirm_address",
          .values = {{"code", "44768312"}},
          .language = Language::de,
          .portal = PortalId("flex"),
          .order_key = std::move(order_key),
          .created = clock.now(),
          .expires = clock.now() + std::chrono::hours(1)};
}

inline Message code_sms(const Clock& clock, std::string id, std::string order_key = "anna") {
  Message message = code_mail(clock, std::move(id), std::move(order_key));
  message.channel = Channel::sms;
  message.recipient = "+41791234567";
  message.text = "sms.code";
  return message;
}

}  // namespace portal::test
