#pragma once

#include <functional>

#include "domain/ports/store.hpp"

namespace portal {

/// A store that says when something was put into the outbox, so that its worker need not wait for
/// its next look. The notice comes after the commit; a lost one costs a second, never a message.
class OutboxNotice final : public Store {
 public:
  explicit OutboxNotice(Store& behind) : behind_(behind) {}

  /// Set before the first write; called from the writing thread, so it must not block.
  void on_queued(std::function<void()> notice) { notice_ = std::move(notice); }

  Result<void> write(std::string_view label, Work work) override;
  Result<void> read(Work work) override { return behind_.read(work); }

 private:
  Store& behind_;
  std::function<void()> notice_;
};

}  // namespace portal
