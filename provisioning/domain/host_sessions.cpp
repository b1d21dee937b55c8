#include "domain/host_sessions.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr int kAtOnce = 1000;
constexpr std::chrono::minutes kPatience{10};
/// After so many in one round the host is left alone until the next: each may have taken seconds.
constexpr int kMostTroubles = 3;

}  // namespace

/// True when nothing more is owed to it.
Result<bool> HostSessions::has_left(const Session& session) {
  if (session.boot != host_.id().boot) return true;  // the host was started again
  const Result<bool> ended = host_.end_login(session.caller, session.started);
  if (ended) {
    if (*ended) log(LogLevel::info, "login session ended", {{"session", session.id.text()}});
    return true;
  }
  if (clock_.now() - session.leaving.value_or(session.started) < kPatience)
    return fail(ended.error());
  log(LogLevel::error, "a login session could not be ended, and goes on",
      {{"session", session.id.text()}, {"reason", ended.error().detail}});
  return true;
}

Result<void> HostSessions::throw_out() {
  const auto leaving = in_read<std::vector<Session>>(store_, [&](Transaction& transaction) {
    return transaction.sessions().leaving(host_.id().machine, kAtOnce);
  });
  if (!leaving) return fail(leaving.error());
  std::optional<Error> trouble;
  int troubles = 0;
  for (const Session& session : *leaving) {
    const Result<bool> left = has_left(session);
    if (!left) {
      trouble = left.error();
      if (++troubles == kMostTroubles) break;
      continue;
    }
    const auto noted = store_.write("session.left", [&](Transaction& transaction) {
      return transaction.sessions().left(session.id);
    });
    if (!noted) return noted;
  }
  if (trouble) return fail(std::move(*trouble));
  return {};
}

Result<void> HostSessions::end_lost() {
  const auto open = in_read<std::vector<Session>>(store_, [&](Transaction& transaction) {
    return transaction.sessions().open_on(host_.id().machine);
  });
  if (!open) return fail(open.error());
  for (const Session& session : *open) {
    if (session.boot == host_.id().boot && host_.runs(session.caller)) continue;
    const UtcTime now = clock_.now();
    const auto ended = store_.write("session.lost", [&](Transaction& transaction) -> Result<void> {
      const Result<bool> was_open = transaction.sessions().end(session.id, now);
      if (!was_open) return fail(was_open.error());
      if (!*was_open) return {};
      AuditEvent event = success_event(now, "session.lost", session.account.text(),
                                       {session.address, session.service});
      event.reason = "session " + session.id.text() + ", its process is gone";
      return transaction.audit().append(event);
    });
    if (!ended) return ended;
  }
  return {};
}

}  // namespace portal
