#include "domain/second_factor.hpp"

#include <utility>

#include "domain/codes.hpp"
#include "domain/notices.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/recovery_codes.hpp"
#include "domain/ports/store.hpp"
#include "domain/sms_budget.hpp"
#include "domain/throttle.hpp"
#include "domain/time_steps.hpp"

namespace portal {
namespace {

Result<Tally> wrong_codes(Transaction& transaction, const FactorClaim& claim) {
  return transaction.attempts().tally(AttemptKind::wrong_code, claim.counted_under, UtcTime());
}

/// After a right one: nothing is written where there is nothing to forget.
Result<void> forget(Transaction& transaction, const FactorClaim& claim, const Tally& wrong) {
  if (wrong.count == 0) return {};
  return transaction.attempts().forget(AttemptKind::wrong_code, claim.counted_under);
}

}  // namespace

ChallengeScope scope_of(const FactorClaim& claim, ChallengePurpose purpose) {
  return {purpose, claim.account.text(), claim.service};
}

ChallengeScope login_scope(const AccountId& account, std::string_view service,
                           const Factor& factor) {
  return {ChallengePurpose::log_in, account.text(), std::string(service) + "/" + factor.id.text()};
}

SmsCode sms_for(const FactorClaim& claim, ChallengeScope scope, const Portals& portals,
                const PhoneNumber& phone, std::chrono::minutes lifetime) {
  const Portal* portal = claim.portal ? portals.find(*claim.portal) : nullptr;
  return {std::move(scope),
          phone,
          portal ? in_language(portal->name, claim.language) : claim.service,
          portal ? portal->id : PortalId(),
          claim.language,
          claim.account.text(),
          lifetime};
}

SecondFactor::SecondFactor(const TotpCodes& totp, const Portals& portals, LoginSettings settings)
    : totp_(totp), portals_(portals), settings_(std::move(settings)) {}

/// Requirement T5: a few wrong codes in a row, then pauses that grow.
Result<bool> SecondFactor::is_blocked(Transaction& transaction, const FactorClaim& claim,
                                      UtcTime now) const {
  const auto wrong = wrong_codes(transaction, claim);
  if (!wrong) return fail(wrong.error());
  return tries_left(*wrong, settings_.code_tries, now) == 0;
}

/// Very many in a row lock the account until somebody looks (T5).
Result<void> SecondFactor::count_wrong(Transaction& transaction, const FactorClaim& claim,
                                       UtcTime now) const {
  Attempts& attempts = transaction.attempts();
  const std::string& key = claim.counted_under;
  if (auto done = attempts.record(AttemptKind::wrong_code, key, now); !done) return done;
  if (key != claim.account.text()) return {};
  const auto in_all = attempts.count(AttemptKind::wrong_code, key, UtcTime());
  if (!in_all) return fail(in_all.error());
  if (*in_all < settings_.code_tries_in_all) return {};
  return transaction.accounts().set_locked(claim.account, now);
}

Result<std::optional<RefusalReason>> SecondFactor::call(Transaction& transaction,
                                                        const FactorClaim& claim,
                                                        const Factor& factor, UtcTime now) const {
  const auto blocked = is_blocked(transaction, claim, now);
  if (!blocked) return fail(blocked.error());
  if (*blocked) return RefusalReason::too_many_tries;
  if (factor.kind == FactorKind::totp) return std::optional<RefusalReason>();
  if (!factor.phone) return fail(Errc::internal, "an SMS factor without a number");
  const auto refused =
      spend_sms(transaction, settings_.sms, SmsPurpose::log_in, *factor.phone, claim.source, now);
  if (!refused) return fail(refused.error());
  if (*refused == RefusalReason::must_wait) {
    // A code went out seconds ago and may still be on its way: ask for that one.
    const auto live =
        transaction.challenges().current(login_scope(claim.account, claim.service, factor));
    if (!live) return fail(live.error());
    if (*live && now < (*live)->expires) return std::optional<RefusalReason>();
  }
  if (*refused) return refused;
  auto sent = send_code(transaction,
                        sms_for(claim, login_scope(claim.account, claim.service, factor), portals_,
                                *factor.phone, settings_.sms.code_lifetime),
                        now);
  if (!sent) return fail(std::move(sent).error());
  return std::optional<RefusalReason>();
}

Result<JudgedCode> SecondFactor::judge(Transaction& transaction, const FactorClaim& claim,
                                       const std::optional<Factor>& factor, const Secret& answer,
                                       UtcTime now) const {
  const std::string_view kind = factor ? name_of(factor->kind) : "";
  const auto wrong = wrong_codes(transaction, claim);
  if (!wrong) return fail(wrong.error());
  if (tries_left(*wrong, settings_.code_tries, now) == 0)
    return JudgedCode{RefusalReason::too_many_tries, "", kind};
  if (claim.account.empty() || !factor) {
    return refuse(transaction, claim,
                  {RefusalReason::wrong_code, "no account that may enter", kind}, now);
  }
  const Secret code = typed_code(answer, kFactorCodeDigits);
  if (code.empty()) {
    const Result<RecoveryCode> recovery = RecoveryCode::parse(answer.reveal());
    if (recovery && claim.takes_recovery_codes) {
      return judge_recovery(transaction, claim, *recovery, now);
    }
    // Clients that send the password to every prompt: wrong, but no guess at the code.
    return JudgedCode{RefusalReason::wrong_code, "not a code", kind};
  }
  const auto refused = burn(transaction, claim, *factor, code, now);
  if (!refused) return fail(refused.error());
  if (*refused) return refuse(transaction, claim, {*refused, "", kind}, now);
  auto forgotten = forget(transaction, claim, *wrong);
  if (!forgotten) return fail(std::move(forgotten).error());
  return JudgedCode{std::nullopt, "", kind};
}

Result<JudgedCode> SecondFactor::refuse(Transaction& transaction, const FactorClaim& claim,
                                        JudgedCode judged, UtcTime now) const {
  if (auto counted = count_wrong(transaction, claim, now); !counted) {
    return fail(std::move(counted).error());
  }
  return judged;
}

Result<JudgedCode> SecondFactor::judge_recovery(Transaction& transaction, const FactorClaim& claim,
                                                const RecoveryCode& code, UtcTime now) const {
  constexpr std::string_view kind = "recovery";
  RecoveryCodes& codes = transaction.recovery_codes();
  const auto burnt = codes.burn(claim.account, code, now);
  if (!burnt) return fail(burnt.error());
  if (!*burnt) return refuse(transaction, claim, {RefusalReason::wrong_code, "", kind}, now);
  auto forgotten = transaction.attempts().forget(AttemptKind::wrong_code, claim.counted_under);
  if (!forgotten) return fail(std::move(forgotten).error());
  const auto left = codes.left(claim.account);
  if (!left) return fail(left.error());
  const auto account = transaction.accounts().get(claim.account);
  if (!account) return fail(account.error());
  auto put = put_notice(transaction, portals_, *account, "mail.recovery_code_used",
                        {{"left", std::to_string(*left)}}, now);
  if (!put) return fail(std::move(put).error());
  return JudgedCode{std::nullopt, "", kind};
}

Result<std::optional<RefusalReason>> SecondFactor::burn(Transaction& transaction,
                                                        const FactorClaim& claim,
                                                        const Factor& factor, const Secret& code,
                                                        UtcTime now) const {
  switch (factor.kind) {
    case FactorKind::totp: {
      const auto match =
          match_login(totp_, factor.seed, factor.offset, factor.last_step, code, now);
      if (!match) return fail(match.error());
      if (!*match) return RefusalReason::wrong_code;
      const auto burnt =
          transaction.accounts().burn_step(factor.id, (*match)->step, (*match)->offset);
      if (!burnt) return fail(burnt.error());
      if (!*burnt) return RefusalReason::wrong_code;
      return std::optional<RefusalReason>();
    }
    case FactorKind::sms:
      if (!factor.phone) return fail(Errc::internal, "an SMS factor without a number");
      return use_up_sms_code(transaction, login_scope(claim.account, claim.service, factor),
                             *factor.phone, code, now);
  }
  return fail(Errc::internal, "a factor of no kind");
}

}  // namespace portal
