#include "daemon/outbox_notice.hpp"

namespace portal {
namespace {

/// A transaction that remembers whether its outbox was asked for.
class Watched final : public Transaction {
 public:
  explicit Watched(Transaction& behind) : behind_(behind) {}

  bool outbox_was_used() const noexcept { return used_; }

  Outbox& outbox() override {
    used_ = true;
    return behind_.outbox();
  }
  People& people() override { return behind_.people(); }
  Accounts& accounts() override { return behind_.accounts(); }
  Registrations& registrations() override { return behind_.registrations(); }
  Challenges& challenges() override { return behind_.challenges(); }
  Attempts& attempts() override { return behind_.attempts(); }
  Sessions& sessions() override { return behind_.sessions(); }
  OutboxQueue& outbox_queue() override { return behind_.outbox_queue(); }
  AuditLog& audit() override { return behind_.audit(); }
  Intents& intents() override { return behind_.intents(); }

 private:
  Transaction& behind_;
  bool used_ = false;
};

}  // namespace

Result<void> OutboxNotice::write(std::string_view label, Work work) {
  bool queued = false;
  Result<void> done = behind_.write(label, [&](Transaction& transaction) {
    Watched watched(transaction);
    Result<void> result = work(watched);
    queued = watched.outbox_was_used();
    return result;
  });
  if (done && queued && notice_) notice_();
  return done;
}

}  // namespace portal
