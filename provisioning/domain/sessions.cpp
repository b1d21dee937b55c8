#include "domain/sessions.hpp"

#include <algorithm>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr int kMostShown = 1000;

/// Activity is noted at most this often: a page load is no reason for a durable write.
constexpr std::chrono::seconds kTouchInterval{30};

/// Whether the account may be at this portal now: much may have happened since the password.
Result<void> may_enter(Transaction& transaction, const AccountId& id, const PortalId& portal) {
  const Result<bool> usable = transaction.accounts().is_usable(id);
  if (!usable) return fail(usable.error());
  if (!*usable) return fail(Errc::denied, "the account is not usable any more");
  const auto factor = transaction.accounts().factor_of(id);
  if (!factor) return fail(factor.error());
  if (!*factor) return fail(Errc::denied, "the account has no second factor any more");
  const auto memberships = transaction.accounts().memberships(id);
  if (!memberships) return fail(memberships.error());
  const bool member = std::ranges::any_of(
      *memberships, [&](const Membership& membership) { return membership.portal == portal; });
  if (!member) return fail(Errc::denied, "not a member of this portal");
  return {};
}

}  // namespace

SessionService::SessionService(Store& store, const Keyring& keyring, const Clock& clock,
                               HostId host, LoginSettings settings)
    : store_(store),
      keyring_(keyring),
      clock_(clock),
      host_(std::move(host)),
      settings_(std::move(settings)) {}

Result<Secret> SessionService::open_web(const Granted& granted, const PortalId& portal,
                                        const Source& source, const Secret* pending) {
  Secret token = random_token();
  const UtcTime now = clock_.now();
  Session session;
  session.id = SessionId::random();
  session.kind = SessionKind::web;
  session.account = granted.account;
  session.portal = portal;
  session.service = "web";
  session.address = source.address;
  session.token_index = keyring_.lasting_index("session", token.reveal());
  session.factor = granted.shown;
  session.started = now;
  session.last_seen = now;
  auto opened = store_.write("session.open", [&](Transaction& transaction) -> Result<void> {
    if (auto entitled = may_enter(transaction, granted.account, portal); !entitled) {
      return entitled;
    }
    if (pending) {
      const Result<bool> waits =
          transaction.sessions().take_pending(keyring_.lasting_index("pending", pending->reveal()));
      if (!waits) return fail(waits.error());
      if (!*waits) return fail(Errc::denied, "the login has ended meanwhile");
    }
    if (auto added = transaction.sessions().add(session); !added) return added;
    AuditEvent event = success_event(now, "session.opened", granted.account.text(), source);
    event.reason = "session " + session.id.text();
    return transaction.audit().append(event);
  });
  if (!opened) return fail(std::move(opened).error());
  return token;
}

Result<std::optional<Session>> SessionService::resume_web(const Secret& token,
                                                          const PortalId& portal) {
  const std::string index = keyring_.lasting_index("session", token.reveal());
  auto found = in_read<std::optional<Session>>(store_, [&](Transaction& transaction) {
    return transaction.sessions().find_by_token(index);
  });
  if (!found) return fail(std::move(found).error());
  if (!*found || (*found)->kind != SessionKind::web || (*found)->portal != portal) {
    return std::optional<Session>();
  }
  Session& session = **found;
  const UtcTime now = clock_.now();
  const bool too_old = now - session.last_seen > settings_.session_idle ||
                       now - session.started > settings_.session_overall;
  if (too_old) {
    const auto ended =
        store_.write("session.expired", [&](Transaction& transaction) -> Result<void> {
          const Result<bool> open = transaction.sessions().end(session.id, now);
          if (!open) return fail(open.error());
          if (!*open) return {};
          AuditEvent event = success_event(now, "session.expired", session.account.text(),
                                           {session.address, session.service});
          event.reason = "session " + session.id.text();
          return transaction.audit().append(event);
        });
    if (!ended) return fail(ended.error());
    return std::optional<Session>();
  }
  if (now - session.last_seen > kTouchInterval) {
    auto touched = store_.write("session.touch", [&](Transaction& transaction) {
      return transaction.sessions().touch(session.id, now);
    });
    if (!touched) return fail(std::move(touched).error());
  }
  return found;
}

Result<void> SessionService::close_web(const Secret& token, const Source& source) {
  const std::string index = keyring_.lasting_index("session", token.reveal());
  const UtcTime now = clock_.now();
  return store_.write("session.close", [&](Transaction& transaction) -> Result<void> {
    const auto session = transaction.sessions().find_by_token(index);
    if (!session) return fail(session.error());
    if (!*session) return {};
    const Result<bool> open = transaction.sessions().end((*session)->id, now);
    if (!open) return fail(open.error());
    if (!*open) return {};
    AuditEvent event = success_event(now, "session.closed", (*session)->account.text(), source);
    event.reason = "session " + (*session)->id.text();
    return transaction.audit().append(event);
  });
}

Result<Secret> SessionService::keep_pending(const LoginConversation& conversation,
                                            const RegistrationId& joining) {
  if (!conversation.portal) return fail(Errc::internal, "a web login without a portal");
  Secret token = random_token();
  PendingLogin pending;
  pending.token_index = keyring_.lasting_index("pending", token.reveal());
  pending.account = conversation.account;
  pending.portal = *conversation.portal;
  pending.joining = joining;
  pending.expires = clock_.now() + settings_.pending_lifetime;
  auto kept = store_.write("login.pending", [&](Transaction& transaction) {
    return transaction.sessions().put_pending(pending);
  });
  if (!kept) return fail(std::move(kept).error());
  return token;
}

Result<std::optional<PendingLogin>> SessionService::find_pending(const Secret& token) {
  const std::string index = keyring_.lasting_index("pending", token.reveal());
  auto found = in_read<std::optional<PendingLogin>>(
      store_, [&](Transaction& transaction) { return transaction.sessions().find_pending(index); });
  if (!found) return fail(std::move(found).error());
  if (*found && clock_.now() >= (*found)->expires) return std::optional<PendingLogin>();
  return found;
}

namespace {

Result<AccountId> account_named(Transaction& transaction, std::string_view typed_name) {
  const Result<UserName> name = UserName::parse(typed_name);
  if (!name) return fail(Errc::not_found, "no such account");
  const auto account = transaction.accounts().find_by_name(*name);
  if (!account) return fail(account.error());
  if (!*account) return fail(Errc::not_found, "no such account");
  return (*account)->id;
}

}  // namespace

Result<SessionId> SessionService::open_pam(std::string_view typed_name, std::string_view terminal,
                                           std::int64_t caller, const Source& source) {
  const UtcTime now = clock_.now();
  return in_write<SessionId>(
      store_, "session.open_pam", [&](Transaction& transaction) -> Result<SessionId> {
        const Result<AccountId> account = account_named(transaction, typed_name);
        if (!account) return fail(account.error());
        // It may have been locked or disabled since the account phase, and its sessions ended.
        const Result<bool> usable = transaction.accounts().is_usable(*account);
        if (!usable) return fail(usable.error());
        if (!*usable) return fail(Errc::denied, "the account is not usable any more");
        Session session;
        session.id = SessionId::random();
        session.kind = SessionKind::pam;
        session.account = *account;
        session.service = source.service;
        session.address = source.address;
        session.terminal = terminal;
        session.caller = caller;
        session.host = host_.machine;
        session.boot = host_.boot;
        session.started = now;
        session.last_seen = now;
        if (auto added = transaction.sessions().add(session); !added) return fail(added.error());
        AuditEvent event = success_event(now, "session.opened", account->text(), source);
        event.reason = "session " + session.id.text();
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return session.id;
      });
}

Result<void> SessionService::close_pam(std::string_view typed_name, std::int64_t caller,
                                       const Source& source) {
  const UtcTime now = clock_.now();
  return store_.write("session.close_pam", [&](Transaction& transaction) -> Result<void> {
    const Result<AccountId> account = account_named(transaction, typed_name);
    if (!account) return fail(account.error());
    const Result<bool> ended =
        transaction.sessions().end_pam(*account, source.service, caller, now);
    if (!ended) return fail(ended.error());
    if (!*ended) return {};
    return transaction.audit().append(
        success_event(now, "session.closed", account->text(), source));
  });
}

Result<std::vector<Session>> SessionService::open(const AccountId& account) {
  return in_read<std::vector<Session>>(store_, [&](Transaction& transaction) {
    return transaction.sessions().open(account, kMostShown);
  });
}

}  // namespace portal
