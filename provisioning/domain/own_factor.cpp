#include "domain/own_factor.hpp"

#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<std::optional<Refusal>> call_own_factor(Store& store, const SecondFactor& factors,
                                               FactorClaim claim, std::string_view what,
                                               UtcTime now) {
  using Outcome = std::optional<Refusal>;
  return in_write<Outcome>(store, what, [&](Transaction& transaction) -> Result<Outcome> {
    const auto account = transaction.accounts().get(claim.account);
    if (!account) return fail(account.error());
    const auto factor = transaction.accounts().factor_of(claim.account);
    if (!factor) return fail(factor.error());
    claim.language = account->language;
    auto refused = std::optional(RefusalReason::account_unusable);
    if (*factor) {
      const auto called = factors.call(transaction, claim, **factor, now);
      if (!called) return fail(called.error());
      refused = *called;
    }
    if (!refused) return Outcome();
    return tell_refusal(transaction, now, what, claim.account.text(), claim.source, *refused, "");
  });
}

}  // namespace portal
