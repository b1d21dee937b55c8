#include "domain/factor_enrolment.hpp"

#include <algorithm>
#include <utility>

#include "domain/activation_guesses.hpp"
#include "domain/app_key.hpp"
#include "domain/codes.hpp"
#include "domain/login_prompts.hpp"
#include "domain/new_factor.hpp"
#include "domain/notices.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/qr_code.hpp"
#include "domain/ports/store.hpp"
#include "domain/sms_budget.hpp"
#include "identity/typed.hpp"

namespace portal {
namespace {

using Way = FactorEnrolment::Step;

FactorClaim claim_of(const LoginConversation& conversation) {
  return {conversation.account, conversation.service,  conversation.enrolment->portal,
          conversation.source,  conversation.language, conversation.account.text()};
}

bool is_open(const Letter& letter, UtcTime now) {
  return !letter.used && !letter.dead && now < letter.expires;
}

std::optional<FactorKind> parse_choice(std::string_view typed) {
  if (trimmed(typed) == "1") return FactorKind::sms;
  if (trimmed(typed) == "2") return FactorKind::totp;
  return std::nullopt;
}

using Proof = std::variant<Factor, RefusalReason>;

/// A conversation beside this one may have sent a code to another number since; that one proves
/// nothing about this number.
Result<Proof> prove_phone(Transaction& transaction, const FactorClaim& claim,
                          const FactorEnrolment& enrolment, const Secret& code, UtcTime now) {
  const ChallengeScope scope = scope_of(claim, ChallengePurpose::prove_phone);
  const auto current = transaction.challenges().current(scope);
  if (!current) return fail(current.error());
  if (!*current || (*current)->id != enrolment.sent) return RefusalReason::expired_code;
  const auto refused = use_up_sms_code(transaction, scope, *enrolment.phone, code, now);
  if (!refused) return fail(refused.error());
  if (*refused) return **refused;
  return new_phone(claim.account, *enrolment.phone, now);
}

Result<Proof> prove_app(const TotpCodes& totp, const FactorClaim& claim, const Secret& seed,
                        const Secret& code, UtcTime now) {
  const auto match = match_enrolment(totp, seed, code, now);
  if (!match) return fail(match.error());
  if (!*match) return RefusalReason::wrong_code;
  return new_app(claim.account, seed, **match, now);
}

}  // namespace

FactorEnrolments::FactorEnrolments(Neighbours neighbours, LoginSettings login,
                                   RegistrationSettings registration)
    : neighbours_(neighbours),
      login_(std::move(login)),
      registration_(std::move(registration)),
      factors_(neighbours.totp, neighbours.portals, login_) {}

Result<std::shared_ptr<FactorEnrolment>> FactorEnrolments::open_to(Transaction& transaction,
                                                                   const Account& account,
                                                                   UtcTime now) const {
  const auto opened = transaction.accounts().may_enrol(account.id, now);
  if (!opened) return fail(opened.error());
  const auto letters = transaction.people().letters_of(account.person);
  if (!letters) return fail(letters.error());
  const bool invited =
      std::ranges::any_of(*letters, [&](const Letter& letter) { return is_open(letter, now); });
  if (!*opened && !invited) return std::shared_ptr<FactorEnrolment>();
  const Result<const Portal*> portal = portal_of(transaction, neighbours_.portals, account.id);
  if (!portal) return fail(portal.error());
  auto enrolment = std::make_shared<FactorEnrolment>();
  enrolment->step = *opened ? Way::choice : Way::letter;
  enrolment->portal = (*portal)->id;
  enrolment->issuer = in_language((*portal)->name, account.language);
  enrolment->user_name = account.email.text();
  return enrolment;
}

Prompt FactorEnrolments::prompt_for(const LoginConversation& conversation) const {
  const FactorEnrolment& enrolment = *conversation.enrolment;
  const auto words = [&](std::string_view key) {
    return neighbours_.phrases.text(conversation.language, key);
  };
  switch (enrolment.step) {
    case Way::letter:
      return {Prompt::Kind::activation_code, false, words("prompt.enrolment.letter")};
    case Way::choice: return {Prompt::Kind::factor_choice, true, words("prompt.enrolment.choice")};
    case Way::number: return {Prompt::Kind::phone_number, true, words("prompt.enrolment.number")};
    case Way::sms_code: {
      Factor asked;
      asked.kind = FactorKind::sms;
      asked.phone = enrolment.phone;
      return code_prompt(neighbours_.phrases, conversation, asked);
    }
    case Way::app_code: break;
  }
  const std::string key = app_key_text(enrolment.seed);
  std::string text;
  if (conversation.profile.qr) {
    const std::string uri = app_key_uri(enrolment.seed, enrolment.issuer, enrolment.user_name);
    const auto drawn = neighbours_.qr_codes.draw_in_text(uri, conversation.profile.width);
    if (drawn && !drawn->empty()) text = "\n" + *drawn + "\n";
  }
  text += neighbours_.phrases.text(
      conversation.language, text.empty() ? "prompt.enrolment.app" : "prompt.enrolment.app_or_key",
      {{"key", key}});
  return {Prompt::Kind::totp_code, false, std::move(text)};
}

Result<FactorEnrolments::Step> FactorEnrolments::take(Transaction& transaction,
                                                      const LoginConversation& conversation,
                                                      const Account& account, const Secret& answer,
                                                      UtcTime now) const {
  switch (conversation.enrolment->step) {
    case Way::letter: return take_letter(transaction, conversation, account, answer, now);
    case Way::choice: return take_choice(conversation, answer);
    case Way::number: return take_number(transaction, conversation, answer, now);
    case Way::sms_code:
    case Way::app_code: break;
  }
  return judge(transaction, conversation, answer, now);
}

Result<FactorEnrolments::Step> FactorEnrolments::take_letter(Transaction& transaction,
                                                             const LoginConversation& conversation,
                                                             const Account& account,
                                                             const Secret& answer,
                                                             UtcTime now) const {
  const auto person = transaction.people().get(account.person);
  if (!person) return fail(person.error());
  // Nobody without a number is written to.
  if (!person->ahv) return EnrolmentRefused{RefusalReason::account_unusable, "no letter"};
  const auto guessing =
      is_guessing(transaction, registration_, *person->ahv, conversation.source, now);
  if (!guessing) return fail(guessing.error());
  if (*guessing) return EnrolmentRefused{RefusalReason::too_many_tries, "activation code"};
  const auto letters = transaction.people().letters_of(account.person);
  if (!letters) return fail(letters.error());
  const Result<ActivationCode> code = ActivationCode::parse(answer.reveal());
  for (const Letter& letter : *letters) {
    if (!code || !is_open(letter, now)) continue;
    const auto matches = transaction.people().code_matches(letter.id, *code);
    if (!matches) return fail(matches.error());
    if (!*matches) continue;
    conversation.enrolment->letter = letter;
    conversation.enrolment->step = Way::choice;
    return prompt_for(conversation);
  }
  const auto counted =
      count_wrong_guess(transaction, registration_, *person->ahv, conversation.source, now);
  if (!counted) return fail(counted.error());
  return EnrolmentRefused{RefusalReason::wrong_code, "activation code"};
}

Result<FactorEnrolments::Step> FactorEnrolments::take_choice(const LoginConversation& conversation,
                                                             const Secret& answer) const {
  const std::optional<FactorKind> kind = parse_choice(answer.reveal());
  if (!kind) return EnrolmentRefused{RefusalReason::not_understood, "choice"};
  FactorEnrolment& enrolment = *conversation.enrolment;
  enrolment.step = *kind == FactorKind::sms ? Way::number : Way::app_code;
  // Going back and forth shows the same key: it may be in the app already.
  if (*kind == FactorKind::totp && enrolment.seed.empty()) enrolment.seed = new_app_seed();
  return prompt_for(conversation);
}

Result<FactorEnrolments::Step> FactorEnrolments::take_number(Transaction& transaction,
                                                             const LoginConversation& conversation,
                                                             const Secret& answer,
                                                             UtcTime now) const {
  const FactorClaim claim = claim_of(conversation);
  const auto blocked = factors_.is_blocked(transaction, claim, now);
  if (!blocked) return fail(blocked.error());
  if (*blocked) return EnrolmentRefused{RefusalReason::too_many_tries, ""};
  auto phone = PhoneNumber::parse(answer.reveal(), login_.sms.home_region);
  if (!phone) {
    const bool understood = phone.error().code == Errc::denied;
    return EnrolmentRefused{
        understood ? RefusalReason::number_not_allowed : RefusalReason::not_understood, "number"};
  }
  const auto refused =
      spend_sms(transaction, login_.sms, SmsPurpose::enrol, *phone, conversation.source, now);
  if (!refused) return fail(refused.error());
  if (*refused) return EnrolmentRefused{**refused, "SMS"};
  auto sent = send_code(transaction,
                        sms_for(claim, scope_of(claim, ChallengePurpose::prove_phone),
                                neighbours_.portals, *phone, login_.sms.code_lifetime),
                        now);
  if (!sent) return fail(std::move(sent).error());
  const auto challenge =
      transaction.challenges().current(scope_of(claim, ChallengePurpose::prove_phone));
  if (!challenge) return fail(challenge.error());
  if (!*challenge) return fail(Errc::internal, "a code was sent and is not there");
  conversation.enrolment->sent = (*challenge)->id;
  conversation.enrolment->phone = std::move(*phone);
  conversation.enrolment->step = Way::sms_code;
  return prompt_for(conversation);
}

Result<FactorEnrolments::Step> FactorEnrolments::judge(Transaction& transaction,
                                                       const LoginConversation& conversation,
                                                       const Secret& answer, UtcTime now) const {
  const FactorEnrolment& enrolment = *conversation.enrolment;
  const FactorClaim claim = claim_of(conversation);
  const auto blocked = factors_.is_blocked(transaction, claim, now);
  if (!blocked) return fail(blocked.error());
  if (*blocked) return EnrolmentRefused{RefusalReason::too_many_tries, ""};
  const Secret code = typed_code(answer, kFactorCodeDigits);
  if (code.empty()) return EnrolmentRefused{RefusalReason::wrong_code, "not a code"};
  auto proven = enrolment.step == Way::sms_code
                    ? prove_phone(transaction, claim, enrolment, code, now)
                    : prove_app(neighbours_.totp, claim, enrolment.seed, code, now);
  if (!proven) return fail(std::move(proven).error());
  if (const auto* reason = std::get_if<RefusalReason>(&*proven)) {
    auto counted = factors_.count_wrong(transaction, claim, now);
    if (!counted) return fail(std::move(counted).error());
    return EnrolmentRefused{*reason, ""};
  }
  if (enrolment.letter) {
    const Letter& letter = *enrolment.letter;
    const auto redeemed = transaction.people().redeem(letter.id, now);
    if (!redeemed) return fail(redeemed.error());
    if (!*redeemed) return EnrolmentRefused{RefusalReason::code_used, "the letter"};
    auto joined = transaction.accounts().add_membership(
        {conversation.account, letter.portal, letter.audience, now});
    if (!joined) return fail(std::move(joined).error());
  }
  return std::move(std::get<Factor>(*proven));
}

}  // namespace portal
