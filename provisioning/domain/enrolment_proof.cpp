#include "domain/enrolment_proof.hpp"

#include "domain/ports/store.hpp"
#include "domain/time_steps.hpp"

namespace portal {
namespace {

Factor factor_for(const FactorClaim& claim, FactorKind kind, UtcTime now) {
  Factor factor;
  factor.id = FactorId::random();
  factor.account = claim.account;
  factor.kind = kind;
  factor.created = now;
  return factor;
}

}  // namespace

ChallengeScope enrolment_scope(const FactorClaim& claim) {
  return {ChallengePurpose::prove_phone, claim.account.text(), claim.service};
}

Result<EnrolmentProof> prove_phone(Transaction& transaction, const FactorClaim& claim,
                                   const PhoneNumber& phone, const Secret& code, UtcTime now) {
  Challenges& challenges = transaction.challenges();
  const auto challenge = challenges.current(enrolment_scope(claim));
  if (!challenge) return fail(challenge.error());
  if (!*challenge) return RefusalReason::wrong_code;
  if (now >= (*challenge)->expires) return RefusalReason::expired_code;
  const auto matches = challenges.matches((*challenge)->id, code);
  if (!matches) return fail(matches.error());
  if (!*matches) return RefusalReason::wrong_code;
  const auto consumed = challenges.consume((*challenge)->id);
  if (!consumed) return fail(consumed.error());
  if (!*consumed) return RefusalReason::wrong_code;
  Factor factor = factor_for(claim, FactorKind::sms, now);
  factor.phone = phone;
  return factor;
}

Result<EnrolmentProof> prove_app(const TotpCodes& totp, const FactorClaim& claim,
                                 const Secret& seed, const Secret& code, UtcTime now) {
  const auto match = match_enrolment(totp, seed, code, now);
  if (!match) return fail(match.error());
  if (!*match) return RefusalReason::wrong_code;
  Factor factor = factor_for(claim, FactorKind::totp, now);
  factor.seed = seed.clone();
  factor.last_step = (*match)->step;
  factor.offset = (*match)->offset;
  return factor;
}

}  // namespace portal
