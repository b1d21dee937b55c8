#include "domain/visitors.hpp"

#include "domain/ports/store.hpp"

namespace portal {
namespace {

Result<bool> are_accepted(Transaction& transaction, const AccountId& account,
                          const Portal& portal) {
  const auto terms = transaction.accounts().accepted_terms(account, portal.id);
  if (!terms) return fail(terms.error());
  return *terms && (*terms)->version == portal.terms.version;
}

}  // namespace

Result<std::optional<Visitor>> VisitorService::find(const Session& session, const Portal& portal) {
  using Found = std::optional<Visitor>;
  return in_read<Found>(store_, [&](Transaction& transaction) -> Result<Found> {
    const Result<bool> accepted = are_accepted(transaction, session.account, portal);
    if (!accepted) return fail(accepted.error());
    if (!*accepted) return Found();
    const Result<Account> account = transaction.accounts().get(session.account);
    if (!account) return fail(account.error());
    return Found({account->id, account->person, session.factor, session.started});
  });
}

Result<bool> VisitorService::has_accepted_terms(const AccountId& account, const Portal& portal) {
  return in_read<bool>(
      store_, [&](Transaction& transaction) { return are_accepted(transaction, account, portal); });
}

}  // namespace portal
