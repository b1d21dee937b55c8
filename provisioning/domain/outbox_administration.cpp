#include "domain/outbox_administration.hpp"

#include <algorithm>
#include <utility>

#include "domain/administration_acts.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr int kMostShown = 1000;

/// About whom a message is, as long as that is known.
AuditEvent act_on(const OutboxEntry& entry, std::string_view what, const Administrator& by,
                  UtcTime now) {
  AuditEvent event = act_of(by, now, what, entry.order_key);
  event.reason = "message " + entry.id.text();
  return event;
}

Result<OutboxEntry> entry_of(Transaction& transaction, const MessageId& id) {
  Result<OutboxEntry> entry = transaction.outbox_view().get(id);
  if (entry || entry.error().code != Errc::not_found) return entry;
  return fail(Errc::not_found,
              "no message has this id; those that ended more than 30 days ago are forgotten "
              "(outbox list shows what there is)");
}

tl::unexpected<Error> ended(std::string_view how) {
  return fail(Errc::conflict,
              "the message " + std::string(how) +
                  ", and what it held was wiped: it cannot be sent again. Who waits for a code "
                  "asks for a new one where the code is asked for");
}

/// Whether the message may be made due now.
Result<void> may_be_retried(const OutboxEntry& entry, UtcTime now) {
  switch (entry.state) {
    case MessageState::waiting: break;
    case MessageState::handed_over:
      return fail(Errc::conflict,
                  "a gateway has taken the message and will report whether it arrived; if it does "
                  "not, the next gateway gets it without more ado");
    case MessageState::sent: return ended("was sent");
    case MessageState::expired: return ended("has expired");
    case MessageState::failed: return ended("has failed for good");
  }
  if (entry.expires <= now) return ended("has expired");
  if (entry.leased_until > now)
    return fail(Errc::conflict, "the message is being sent at this moment; look again in a minute");
  if (!entry.behind.empty())
    return fail(Errc::conflict,
                "an earlier message of the same person goes first: retry " + entry.behind.text());
  return {};
}

}  // namespace

/// Told of first, in a transaction of its own: to look through a long outbox takes its time, in
/// which everybody else must be able to write.
Result<std::vector<OutboxEntry>> OutboxAdministration::list(const OutboxFilter& filter,
                                                            const Administrator& by) {
  const auto told = store_.write("admin.list_outbox", [&](Transaction& transaction) {
    return transaction.audit().append(act_of(by, clock_.now(), "admin.outbox_listed", ""));
  });
  if (!told) return fail(told.error());
  OutboxFilter bounded = filter;
  bounded.limit = std::min(bounded.limit, kMostShown);
  return in_read<std::vector<OutboxEntry>>(
      store_, [&](Transaction& transaction) { return transaction.outbox_view().list(bounded); });
}

Result<OutboxEntry> OutboxAdministration::show(const MessageId& id, const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<OutboxEntry>(
      store_, "admin.show_message", [&](Transaction& transaction) -> Result<OutboxEntry> {
        Result<OutboxEntry> entry = entry_of(transaction, id);
        if (!entry) return entry;
        auto told = transaction.audit().append(act_on(*entry, "admin.message_shown", by, now));
        if (!told) return fail(std::move(told).error());
        return entry;
      });
}

Result<RetriedMessage> OutboxAdministration::retry(const MessageId& id, const Administrator& by) {
  const UtcTime now = clock_.now();
  return in_write<RetriedMessage>(
      store_, "admin.retry_message", [&](Transaction& transaction) -> Result<RetriedMessage> {
        const Result<OutboxEntry> entry = entry_of(transaction, id);
        if (!entry) return fail(entry.error());
        if (auto allowed = may_be_retried(*entry, now); !allowed) return fail(allowed.error());
        const Result<bool> made_due = transaction.outbox_view().make_due(id, now);
        if (!made_due) return fail(made_due.error());
        if (!*made_due) return fail(Errc::internal, "a message that waits was not made due");
        const AuditEvent event = act_on(*entry, "message.retried", by, now);
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return RetriedMessage{id, now, event.decision};
      });
}

}  // namespace portal
