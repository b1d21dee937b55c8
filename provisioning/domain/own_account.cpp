#include "domain/own_account.hpp"

#include <algorithm>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

/// More than anybody has; what lies beyond is ended by an administrator.
constexpr int kMostOpen = 1000;

Result<std::optional<FactorHint>> hint_of(Transaction& transaction, const AccountId& account) {
  const auto factor = transaction.accounts().factor_of(account);
  if (!factor) return fail(factor.error());
  if (!*factor) return std::optional<FactorHint>();
  return FactorHint{(*factor)->kind, (*factor)->phone ? (*factor)->phone->masked() : ""};
}

}  // namespace

OwnAccountService::OwnAccountService(Store& store, const Clock& clock)
    : store_(store), clock_(clock) {}

Result<OwnAccount> OwnAccountService::show(const AccountId& account, const PortalId& portal) {
  return in_read<OwnAccount>(store_, [&](Transaction& transaction) -> Result<OwnAccount> {
    const Result<Account> owner = transaction.accounts().get(account);
    if (!owner) return fail(owner.error());
    auto memberships = transaction.accounts().memberships(account);
    if (!memberships) return fail(std::move(memberships).error());
    auto factor = hint_of(transaction, account);
    if (!factor) return fail(std::move(factor).error());
    auto terms = transaction.accounts().accepted_terms(account, portal);
    if (!terms) return fail(std::move(terms).error());
    const auto codes = transaction.recovery_codes().left(account);
    if (!codes) return fail(codes.error());
    return OwnAccount{
        owner->email.text(), std::move(*memberships), std::move(*factor), std::move(*terms), *codes,
        owner->language};
  });
}

Result<std::optional<FactorHint>> OwnAccountService::factor_of(const AccountId& account) {
  return in_read<std::optional<FactorHint>>(
      store_, [&](Transaction& transaction) { return hint_of(transaction, account); });
}

Result<void> OwnAccountService::accept_terms(const AccountId& account, const Portal& portal,
                                             Language language, const Source& source) {
  const UtcTime now = clock_.now();
  const TermsAcceptance terms{portal.id, portal.terms.version,
                              in_language(portal.terms.hash, language), language, now};
  return store_.write("account.accept_terms", [&](Transaction& transaction) -> Result<void> {
    if (auto done = transaction.accounts().accept_terms(account, terms); !done) return done;
    AuditEvent event = success_event(now, "account.terms_accepted", account.text(), source);
    event.reason = "portal " + portal.id.text() + ", terms " + terms.version;
    return transaction.audit().append(event);
  });
}

Result<void> OwnAccountService::choose_language(const AccountId& account, Language language,
                                                const Source& source) {
  const UtcTime now = clock_.now();
  return store_.write("account.language", [&](Transaction& transaction) -> Result<void> {
    if (auto set = transaction.accounts().set_language(account, language); !set) return set;
    AuditEvent event = success_event(now, "account.language_chosen", account.text(), source);
    event.reason = code_of(language);
    return transaction.audit().append(event);
  });
}

Result<std::vector<Session>> OwnAccountService::sessions(const AccountId& account, int limit) {
  return in_read<std::vector<Session>>(store_, [&](Transaction& transaction) {
    return transaction.sessions().recent(account, limit);
  });
}

Result<void> OwnAccountService::end_session(const AccountId& account, const SessionId& session,
                                            const Source& source) {
  const UtcTime now = clock_.now();
  return store_.write("account.end_session", [&](Transaction& transaction) -> Result<void> {
    const auto open = transaction.sessions().open(account, kMostOpen);
    if (!open) return fail(open.error());
    if (std::ranges::find(*open, session, &Session::id) == open->end()) return {};
    const Result<bool> ended = transaction.sessions().throw_out(session, now);
    if (!ended) return fail(ended.error());
    if (!*ended) return {};
    AuditEvent event = success_event(now, "session.ended", account.text(), source);
    event.reason = "session " + session.text() + ", by its owner";
    return transaction.audit().append(event);
  });
}

}  // namespace portal
