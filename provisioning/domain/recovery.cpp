#include "domain/recovery.hpp"

#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/own_factor.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "recovery_codes.issued";

Result<Refusal> refuse(Transaction& transaction, const FactorClaim& claim, RefusalReason reason,
                       std::string_view why, UtcTime now) {
  return tell_refusal(transaction, now, kWhat, claim.account.text(), claim.source, reason, why);
}

}  // namespace

Result<std::vector<Secret>> issue_recovery_codes(Transaction& transaction, const AccountId& account,
                                                 UtcTime now) {
  std::vector<RecoveryCode> codes;
  std::vector<Secret> printed;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(RecoveryCode::generate());
    printed.push_back(codes.back().printed());
  }
  auto done = transaction.recovery_codes().replace(account, codes, now);
  if (!done) return fail(std::move(done).error());
  return printed;
}

RecoveryService::RecoveryService(Neighbours neighbours, LoginSettings settings)
    : neighbours_(neighbours), factors_(neighbours.totp, neighbours.portals, std::move(settings)) {}

Result<std::optional<Refusal>> RecoveryService::call_factor(const FactorClaim& claim) {
  return call_own_factor(neighbours_.store, factors_, claim, kWhat, neighbours_.clock.now());
}

Result<std::variant<std::vector<Secret>, Refusal>> RecoveryService::issue(const FactorClaim& claim,
                                                                          const Secret& answer) {
  using Outcome = std::variant<std::vector<Secret>, Refusal>;
  const UtcTime now = neighbours_.clock.now();
  FactorClaim by_factor = claim;
  by_factor.takes_recovery_codes = false;
  return in_write<Outcome>(
      neighbours_.store, kWhat, [&](Transaction& transaction) -> Result<Outcome> {
        const auto account = transaction.accounts().get(claim.account);
        if (!account) return fail(account.error());
        const auto factor = transaction.accounts().factor_of(claim.account);
        if (!factor) return fail(factor.error());
        if (account->state != AccountState::active || account->locked || !*factor) {
          return refuse(transaction, claim, RefusalReason::account_unusable,
                        "changed since the login", now);
        }
        const auto judged = factors_.judge(transaction, by_factor, *factor, answer, now);
        if (!judged) return fail(judged.error());
        if (judged->refused) {
          return refuse(transaction, claim, *judged->refused, judged->why, now);
        }
        auto printed = issue_recovery_codes(transaction, claim.account, now);
        if (!printed) return fail(std::move(printed).error());
        auto put = put_notice(transaction, neighbours_.portals, *account,
                              "mail.recovery_codes_issued", {}, now);
        if (!put) return fail(std::move(put).error());
        AuditEvent event = success_event(now, kWhat, claim.account.text(), claim.source);
        event.factor = judged->by;
        if (auto told = transaction.audit().append(event); !told) return fail(told.error());
        return std::move(*printed);
      });
}

}  // namespace portal
