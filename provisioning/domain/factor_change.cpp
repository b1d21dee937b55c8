#include "domain/factor_change.hpp"

#include <utility>

#include "domain/app_key.hpp"
#include "domain/audit_trail.hpp"
#include "domain/notices.hpp"
#include "domain/own_factor.hpp"
#include "domain/password_judge.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

using Way = FactorEnrolment::Step;

constexpr std::string_view kWhat = "factor.change";
constexpr std::chrono::minutes kLifetime{30};

}  // namespace

FactorChangeService::FactorChangeService(Neighbours neighbours, LoginSettings settings)
    : neighbours_(neighbours), factors_(neighbours.totp, neighbours.portals, std::move(settings)) {}

/// An SMS code of this act is good for no login, and the other way round (requirement S1).
FactorClaim FactorChangeService::claim_of(const FactorChanger& who) const {
  const Session& session = who.session;
  FactorClaim claim;
  claim.account = session.account;
  claim.service = "factor:" + session.portal.text();
  claim.portal = session.portal;
  claim.source = who.source;
  claim.counted_under = session.account.text();
  return claim;
}

Result<std::optional<Account>> FactorChangeService::owner_of(Transaction& transaction,
                                                             const FactorChanger& who,
                                                             const Change& change) const {
  Result<Account> account = transaction.accounts().get(who.session.account);
  if (!account) return fail(std::move(account).error());
  const auto factor = transaction.accounts().factor_of(account->id);
  if (!factor) return fail(factor.error());
  const bool goes_on = account->state == AccountState::active && !account->locked && *factor &&
                       (*factor)->id == change.present;
  if (!goes_on) return std::optional<Account>();
  return std::move(*account);
}

Result<std::optional<Refusal>> FactorChangeService::call_factor(const FactorChanger& who) {
  return call_own_factor(neighbours_.store, factors_, claim_of(who), kWhat,
                         neighbours_.clock.now());
}

FactorChangeService::Step FactorChangeService::begin(const FactorChanger& who,
                                                     const Secret& password, const Secret& code) {
  using Ended = std::variant<Kept, Done, Refusal>;
  const AccountId& id = who.session.account;
  const auto account = in_read<Account>(
      neighbours_.store, [&](Transaction& transaction) { return transaction.accounts().get(id); });
  if (!account) return fail(account.error());
  const JudgedPassword judged =
      neighbours_.passwords.judge(kWhat, account->email.text(), password, who.source);
  if (judged.refusal) return *judged.refusal;

  const UtcTime now = neighbours_.clock.now();
  return in_write<Ended>(neighbours_.store, kWhat, [&](Transaction& transaction) -> Step {
    const auto refuse = [&](RefusalReason reason, std::string_view why) -> Step {
      return tell_refusal(transaction, now, kWhat, id.text(), who.source, reason, why);
    };
    const auto factor = transaction.accounts().factor_of(id);
    if (!factor) return fail(factor.error());
    Change change;
    if (*factor) change.present = (*factor)->id;
    const auto owner = owner_of(transaction, who, change);
    if (!owner) return fail(owner.error());
    if (!*owner || (*owner)->id != judged.account->id)
      return refuse(RefusalReason::account_unusable, "changed since the login");
    const auto shown = factors_.judge(transaction, claim_of(who), *factor, code, now);
    if (!shown) return fail(shown.error());
    if (shown->refused) return refuse(*shown->refused, shown->why);
    auto welcomed = PasswordJudge::welcome(transaction, id, who.source, now);
    if (!welcomed) return fail(std::move(welcomed).error());
    AuditEvent event = success_event(now, "factor.change_begun", id.text(), who.source);
    event.factor = shown->by;
    if (auto told = transaction.audit().append(event); !told) return fail(told.error());
    change.ends = now + kLifetime;
    return Kept{Secret(sealed(who, change)), change.next.step};
  });
}

Result<std::optional<FactorChangeView>> FactorChangeService::view(const FactorChanger& who,
                                                                  const Secret& state) {
  const auto change = opened(who, state);
  if (!change) return std::optional<FactorChangeView>();
  const auto owner = in_read<std::optional<Account>>(
      neighbours_.store,
      [&](Transaction& transaction) { return owner_of(transaction, who, *change); });
  if (!owner) return fail(owner.error());
  if (!*owner) return std::optional<FactorChangeView>();
  FactorChangeView view;
  view.step = change->next.step;
  if (change->next.phone) view.phone_masked = change->next.phone->masked();
  if (view.step == Way::app_code) {
    const Portal* portal = neighbours_.portals.find(who.session.portal);
    const std::string issuer = portal ? in_language(portal->name, (*owner)->language) : "";
    view.app_key = app_key_text(change->next.seed);
    view.app_uri = app_key_uri(change->next.seed, issuer, (*owner)->email.text());
  }
  return view;
}

FactorChangeService::Step FactorChangeService::choose(const FactorChanger& who, const Secret& state,
                                                      FactorKind kind) {
  return take(who, state, Way::choice, Secret(kind == FactorKind::sms ? "1" : "2"));
}

FactorChangeService::Step FactorChangeService::give_phone(const FactorChanger& who,
                                                          const Secret& state,
                                                          const PhoneNumber& phone) {
  return take(who, state, Way::number, Secret(phone.e164()));
}

FactorChangeService::Step FactorChangeService::resend(const FactorChanger& who,
                                                      const Secret& state) {
  const auto change = opened(who, state);
  if (!change || !change->next.phone)
    return Refusal{RefusalReason::start_again, DecisionId::random()};
  return give_phone(who, state, *change->next.phone);
}

FactorChangeService::Step FactorChangeService::confirm(const FactorChanger& who,
                                                       const Secret& state, const Secret& code) {
  const auto change = opened(who, state);
  const bool due =
      change && (change->next.step == Way::sms_code || change->next.step == Way::app_code);
  if (!due) return Refusal{RefusalReason::start_again, DecisionId::random()};
  return take(who, state, change->next.step, code);
}

FactorChangeService::Step FactorChangeService::take(const FactorChanger& who, const Secret& state,
                                                    Way step, const Secret& answer) {
  using Ended = std::variant<Kept, Done, Refusal>;
  auto change = opened(who, state);
  if (!change) return Refusal{RefusalReason::start_again, DecisionId::random()};
  const FactorClaim claim = claim_of(who);
  LoginConversation conversation;
  conversation.account = claim.account;
  conversation.service = claim.service;
  conversation.source = claim.source;
  const UtcTime now = neighbours_.clock.now();
  return in_write<Ended>(neighbours_.store, kWhat, [&](Transaction& transaction) -> Step {
    const auto refuse = [&](RefusalReason reason, std::string_view why) -> Step {
      return tell_refusal(transaction, now, kWhat, claim.account.text(), who.source, reason, why);
    };
    const auto owner = owner_of(transaction, who, *change);
    if (!owner) return fail(owner.error());
    if (!*owner) return refuse(RefusalReason::start_again, "changed since the factor was shown");
    conversation.language = (*owner)->language;
    conversation.enrolment = std::make_shared<FactorEnrolment>(std::move(change->next));
    conversation.enrolment->step = step;
    conversation.enrolment->portal = who.session.portal;
    auto taken = neighbours_.enrolments.take(transaction, conversation, **owner, answer, now);
    if (!taken) return fail(std::move(taken).error());
    if (const auto* refused = std::get_if<EnrolmentRefused>(&*taken))
      return refuse(refused->reason, refused->why);
    if (const auto* factor = std::get_if<Factor>(&*taken)) {
      if (auto done = replace(transaction, who, **owner, *factor, now); !done)
        return fail(std::move(done).error());
      return Done{};
    }
    change->next = std::move(*conversation.enrolment);
    AuditEvent event = success_event(now, kWhat, claim.account.text(), who.source);
    event.reason = "next: " + std::string(step_name(change->next.step));
    if (auto told = transaction.audit().append(event); !told) return fail(told.error());
    return Kept{Secret(sealed(who, *change)), change->next.step};
  });
}

Result<void> FactorChangeService::replace(Transaction& transaction, const FactorChanger& who,
                                          const Account& owner, const Factor& factor,
                                          UtcTime now) const {
  Accounts& accounts = transaction.accounts();
  if (auto gone = accounts.remove_factor(owner.id); !gone) return gone;
  if (auto added = accounts.add_factor(factor); !added) return added;
  auto forgotten = transaction.attempts().forget(AttemptKind::wrong_code, owner.id.text());
  if (!forgotten) return forgotten;
  const auto ended =
      transaction.sessions().throw_out_all(owner.id, who.session.id, SessionsOf::everywhere, now);
  if (!ended) return fail(ended.error());
  auto put = put_notice(transaction, neighbours_.portals, owner, "mail.factor_changed", {}, now);
  if (!put) return put;
  AuditEvent event = success_event(now, "factor.changed", owner.id.text(), who.source);
  event.factor = name_of(factor.kind);
  return transaction.audit().append(event);
}

}  // namespace portal
