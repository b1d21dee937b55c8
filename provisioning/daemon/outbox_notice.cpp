#include "daemon/outbox_notice.hpp"

#include "domain/ports/forwarding_transaction.hpp"

namespace portal {
namespace {

/// A transaction that remembers whether its outbox was asked for.
class Watched final : public ForwardingTransaction {
 public:
  using ForwardingTransaction::ForwardingTransaction;

  bool outbox_was_used() const noexcept { return used_; }

  Outbox& outbox() override {
    used_ = true;
    return ForwardingTransaction::outbox();
  }

 private:
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
