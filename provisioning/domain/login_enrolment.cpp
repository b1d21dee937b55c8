// A login of somebody who has no second factor yet: it is set up on the way in.

#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/factor_enrolment.hpp"
#include "domain/login.hpp"
#include "domain/new_factor.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

constexpr std::string_view kWhat = "login.enrolment";

}  // namespace

LoginStep LoginService::judge_enrolment(LoginConversation& conversation, const Secret& answer) {
  const UtcTime now = neighbours_.clock.now();
  auto step = in_write<LoginStep>(
      neighbours_.store, kWhat, [&](Transaction& transaction) -> Result<LoginStep> {
        const auto refuse = [&](RefusalReason reason, std::string_view why) -> Result<LoginStep> {
          return tell_refusal(transaction, now, kWhat, conversation.account.text(),
                              conversation.source, reason, why);
        };
        const auto account = transaction.accounts().get(conversation.account);
        if (!account) return fail(account.error());
        const auto factor = transaction.accounts().factor_of(conversation.account);
        if (!factor) return fail(factor.error());
        if (account->state != AccountState::active || account->locked || *factor)
          return refuse(RefusalReason::account_unusable, "changed since the password");
        auto taken = neighbours_.enrolments.take(transaction, conversation, *account, answer, now);
        if (!taken) return fail(std::move(taken).error());
        if (auto* prompt = std::get_if<Prompt>(&*taken)) return std::move(*prompt);
        if (const auto* refused = std::get_if<EnrolmentRefused>(&*taken))
          return refuse(refused->reason, refused->why);

        const Factor& proven = std::get<Factor>(*taken);
        auto kept = keep_factor(transaction, neighbours_.portals, *account, proven,
                                conversation.source, now);
        if (!kept) return fail(std::move(kept).error());
        return grant(transaction, conversation, proven.kind, name_of(proven.kind), now);
      });
  if (!step) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  if (std::holds_alternative<Prompt>(*step))
    conversation.stage = LoginConversation::Stage::enrolment;
  return std::move(*step);
}

}  // namespace portal
