// A second letter: its owner has an account, and shows it. It adds a portal, and gives whoever has
// lost the second factor a new one.

#include <chrono>
#include <utility>

#include "domain/new_factor.hpp"
#include "domain/notices.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/sessions.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"

namespace portal {
namespace {

/// How long a password that was shown counts while a factor is set up: an SMS may take its time.
constexpr std::chrono::minutes kProvenFor{30};

/// The password's proof is kept as a login that waits, so that whatever ends those ends it too.
std::string proof_index(const Keyring& keyring, const Secret& token) {
  return keyring.lasting_index("pending", token.reveal());
}

/// True once, and only in time.
Result<bool> take_proof(Transaction& transaction, std::string_view index, UtcTime now) {
  const auto proof = transaction.sessions().find_pending(index);
  if (!proof) return fail(proof.error());
  if (!*proof || now >= (*proof)->expires) return false;
  return transaction.sessions().take_pending(index);
}

/// The account is a member of the letter's portal, under the terms that were accepted.
Result<void> add_portal(RegistrationAct& act) {
  Accounts& accounts = act.transaction.accounts();
  auto added =
      accounts.add_membership({act.row.account, act.row.portal, act.row.audience, act.now});
  if (!added) return added;
  return accounts.accept_terms(act.row.account, act.row.terms);
}

}  // namespace

RegistrationService::Outcome<> RegistrationService::join(const RegistrationId& registration,
                                                         const AccountId& account,
                                                         const Source& source) {
  using Ended = std::variant<RegistrationStep, Refusal>;
  const UtcTime now = neighbours_.clock.now();
  return in_write<Ended>(
      neighbours_.store, "registration.join", [&](Transaction& transaction) -> Outcome<> {
        Result<Registration> row = transaction.registrations().get(registration);
        if (!row) return fail(std::move(row).error());
        RegistrationAct act(transaction, std::move(*row), "registration.join", source, now);
        // Before the step is looked at: what the owner has done lets nobody else in.
        if (act.row.account != account) {
          return act.refuse(RefusalReason::wrong_credentials, "another person's account");
        }
        if (act.row.step != RegistrationStep::log_in) return act.row.step;
        const Result<bool> used = transaction.people().redeem(act.row.letter, now);
        if (!used) return fail(used.error());
        if (!*used) return act.give_up("the letter does not count any more");
        const Result<Account> owner = transaction.accounts().get(account);
        if (!owner) return fail(owner.error());
        act.row.email = owner->email;
        if (auto done = add_portal(act); !done) return fail(std::move(done).error());
        if (const Portal* portal = neighbours_.portals.find(act.row.portal)) {
          auto put = put_notice(transaction, *portal, *owner, "mail.portal_added", {}, now);
          if (!put) return fail(put.error());
        }
        return act.advance(RegistrationStep::done);
      });
}

RegistrationService::Outcome<> RegistrationService::set_up_factor(const Secret& token,
                                                                  const AccountId& account,
                                                                  const Source& source) {
  const std::string index = proof_index(neighbours_.keyring, token);
  return act("registration.set_up_factor", token, {RegistrationStep::log_in}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               if (act.row.account != account)
                 return act.refuse(RefusalReason::wrong_credentials, "another person's account");
               const Result<Account> owner = act.transaction.accounts().get(account);
               if (!owner) return fail(owner.error());
               const auto factor = act.transaction.accounts().factor_of(account);
               if (!factor) return fail(factor.error());
               if (*factor) return act.row.step;  // set up elsewhere meanwhile: log in with it
               auto put = act.transaction.sessions().put_pending(
                   {index, account, act.row.portal, act.row.id, act.now + kProvenFor});
               if (!put) return fail(std::move(put).error());
               act.row.email = owner->email;
               return act.advance(RegistrationStep::factor_choice);
             });
}

RegistrationService::Outcome<> RegistrationService::give_factor(RegistrationAct& act,
                                                                const Secret& token,
                                                                const Factor& factor) {
  const auto proven = take_proof(act.transaction, proof_index(neighbours_.keyring, token), act.now);
  if (!proven) return fail(proven.error());
  if (!*proven) return act.give_up("the password was shown too long ago, or has changed since");
  const Result<Account> owner = act.transaction.accounts().get(act.row.account);
  if (!owner) return fail(owner.error());
  const auto other = act.transaction.accounts().factor_of(owner->id);
  if (!other) return fail(other.error());
  if (owner->state != AccountState::active || owner->locked || *other)
    return act.give_up("changed since the password");
  const Result<bool> used = act.transaction.people().redeem(act.row.letter, act.now);
  if (!used) return fail(used.error());
  if (!*used) return act.give_up("the letter does not count any more");
  auto kept =
      keep_factor(act.transaction, neighbours_.portals, *owner, factor, act.source, act.now);
  if (kept) kept = add_portal(act);
  if (!kept) return fail(std::move(kept).error());
  act.row.seed = Secret();
  return act.advance(RegistrationStep::done, name_of(factor.kind));
}

}  // namespace portal
