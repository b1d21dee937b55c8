// Step 6: the account becomes active, in one step, all or nothing.
//
// The store and the directory cannot commit together. So the store first writes the account as
// `activating` with an intent; then the directory moves the entry among the people; then the store
// writes `active`. Whatever a crash leaves is told apart by where the entry is.

#include <chrono>
#include <utility>

#include "base/random.hpp"
#include "domain/notices.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"

namespace portal {
namespace {

constexpr std::chrono::minutes kUndoAfter{5};

/// A pseudonym: nothing of the person is in it.
std::string new_login_name() {
  const Secret tail = random_text(9, "abcdefghjkmnpqrstuvwxyz23456789");
  return "p" + std::string(tail.reveal());
}

Account account_for(const Registration& row, UtcTime now) {
  return Account{row.account,    row.person,
                 *row.email,     new_login_name(),
                 row.language,   AccountState::activating,
                 row.entry_uuid, row.dn,
                 std::nullopt,   now};
}

/// Whether nobody was faster: with the letter, with the address.
Result<std::optional<RefusalReason>> obstacle(RegistrationAct& act) {
  Transaction& transaction = act.transaction;
  const auto letter = transaction.people().letter(act.row.letter);
  if (!letter) return fail(letter.error());
  if (letter->used) return RefusalReason::code_used;
  if (letter->dead || act.now >= letter->expires) return RefusalReason::start_again;
  const auto by_person = transaction.accounts().find_by_person(act.row.person);
  if (!by_person) return fail(by_person.error());
  if (*by_person) return RefusalReason::code_used;
  const auto by_address = transaction.accounts().find_by_email(*act.row.email);
  if (!by_address) return fail(by_address.error());
  if (*by_address) return RefusalReason::address_taken;
  return std::optional<RefusalReason>();
}

Result<Intent> write_intent(RegistrationAct& act, const Factor& factor) {
  const Registration& row = act.row;
  Transaction& transaction = act.transaction;
  Accounts& accounts = transaction.accounts();
  if (auto done = accounts.add(account_for(row, act.now)); !done) return fail(done.error());
  if (auto done = accounts.add_membership({row.account, row.portal, row.audience, act.now});
      !done) {
    return fail(done.error());
  }
  if (auto done = accounts.accept_terms(row.account, row.terms); !done) return fail(done.error());
  if (auto done = accounts.add_factor(factor); !done) return fail(done.error());
  Intent intent{IntentId::random(), std::string(kActivateIntent),
                row.account,        row.id,
                row.entry_uuid,     act.now};
  if (auto done = transaction.intents().write(intent); !done) return fail(done.error());
  return intent;
}

}  // namespace

RegistrationService::Outcome<> RegistrationService::activate(
    const Secret& token, RegistrationStep at, const Source& source,
    FunctionRef<Result<std::variant<Factor, RefusalReason>>(RegistrationAct&)> prove) {
  std::optional<Intent> written;
  Outcome<> outcome =
      act("registration.activate", token, {at}, source, [&](RegistrationAct& act) -> Outcome<> {
        const auto proof = prove(act);
        if (!proof) return fail(proof.error());
        if (const auto* reason = std::get_if<RefusalReason>(&*proof)) {
          if (*reason == RefusalReason::start_again) return act.give_up("too many wrong codes");
          return act.refuse(*reason);
        }
        const auto& factor = std::get<Factor>(*proof);
        // Only a registration that began with an account has nothing staged here.
        if (act.row.entry_uuid.empty()) return give_factor(act, token, factor);
        const auto blocked = obstacle(act);
        if (!blocked) return fail(blocked.error());
        if (*blocked == RefusalReason::address_taken) {
          // Proven, so it is no disclosure: spouses who share a mailbox. Another address may do.
          if (auto moved = act.advance(RegistrationStep::credentials); !moved) return moved;
          return act.refuse(RefusalReason::address_taken);
        }
        if (*blocked) return act.give_up(name_of(**blocked));
        auto intent = write_intent(act, factor);
        if (!intent) return fail(std::move(intent).error());
        written = std::move(*intent);
        return act.advance(RegistrationStep::activating, name_of(factor.kind));
      });
  if (!outcome || !written) return outcome;
  // From here on the person is as good as in: what fails now is finished by settle_intents.
  Result<RegistrationStep> settled = settle(*written, source);
  if (!settled) return fail(std::move(settled).error());
  return *settled;
}

Result<DirectoryEntry> RegistrationService::admit(const Intent& intent) {
  const auto account = in_read<Account>(neighbours_.store, [&](Transaction& transaction) {
    return transaction.accounts().get(intent.account);
  });
  if (!account) return fail(account.error());
  // What is staged may bear an address of before: it was corrected, or a crash came between.
  Directory& directory = neighbours_.directory;
  if (auto set = directory.set_staged_address(intent.entry_uuid, account->email); !set) {
    return fail(std::move(set).error());
  }
  return directory.admit(intent.entry_uuid);
}

Result<RegistrationStep> RegistrationService::settle(const Intent& intent, const Source& source) {
  const auto place = neighbours_.directory.locate(intent.entry_uuid);
  if (!place) return fail(place.error());
  if (!*place) {
    // A server that lags behind knows nothing of a fresh entry either: only an old intent is
    // undone.
    if (neighbours_.clock.now() - intent.written < kUndoAfter) {
      return fail(Errc::conflict, "the entry of a fresh intent is not found yet");
    }
    if (auto undone = undo(intent); !undone) return fail(std::move(undone).error());
    return RegistrationStep::abandoned;
  }
  const Result<DirectoryEntry> entry = admit(intent);
  if (!entry && entry.error().code != Errc::unavailable) {
    // The directory will not have it, today or tomorrow: the person starts again with the letter.
    if (auto undone = undo(intent); !undone) return fail(std::move(undone).error());
  }
  if (!entry) return fail(entry.error());
  if (auto finished = finish(intent, *entry, source); !finished) {
    return fail(std::move(finished).error());
  }
  return RegistrationStep::done;
}

Result<void> RegistrationService::finish(const Intent& intent, const DirectoryEntry& entry,
                                         const Source& source) {
  const UtcTime now = neighbours_.clock.now();
  return neighbours_.store.write(
      "registration.activated", [&](Transaction& transaction) -> Result<void> {
        const Result<bool> mine = transaction.intents().end(intent.id);
        if (!mine) return fail(mine.error());
        if (!*mine) return {};  // another thread or node has finished it
        Accounts& accounts = transaction.accounts();
        if (auto done = accounts.set_dn(intent.account, entry.dn); !done) return done;
        if (auto done = accounts.set_state(intent.account, AccountState::active); !done) {
          return done;
        }
        Result<Registration> row = transaction.registrations().get(intent.registration);
        if (!row) return fail(std::move(row).error());
        // False if the letter was reissued in this very moment: it was good when it counted.
        if (auto used = transaction.people().redeem(row->letter, now); !used) {
          return fail(used.error());
        }
        RegistrationAct act(transaction, std::move(*row), "registration.activated", source, now);
        const auto factor = accounts.factor_of(intent.account);
        if (!factor) return fail(factor.error());
        const std::string_view kind = *factor ? name_of((*factor)->kind) : "";
        if (const Portal* portal = neighbours_.portals.find(act.row.portal)) {
          const auto account = accounts.get(intent.account);
          if (!account) return fail(account.error());
          auto put =
              put_notice(transaction, *portal, *account, "mail.registered",
                         {{"user", account->email.text()}, {"factor", std::string(kind)}}, now);
          if (!put) return put;
        }
        act.row.seed = Secret();
        const auto kept = act.advance(RegistrationStep::done, kind);
        if (!kept) return fail(kept.error());
        return {};
      });
}

Result<void> RegistrationService::undo(const Intent& intent) {
  const UtcTime now = neighbours_.clock.now();
  return neighbours_.store.write(
      "registration.undo", [&](Transaction& transaction) -> Result<void> {
        const Result<bool> mine = transaction.intents().end(intent.id);
        if (!mine) return fail(mine.error());
        if (!*mine) return {};
        if (auto done = transaction.accounts().remove(intent.account); !done) return done;
        Result<Registration> row = transaction.registrations().get(intent.registration);
        if (!row) return fail(std::move(row).error());
        const Source source{"local", "portald"};
        RegistrationAct act(transaction, std::move(*row), "registration.undo", source, now);
        const auto over = act.give_up("the staged entry is gone");
        if (!over) return fail(over.error());
        return {};
      });
}

Result<void> RegistrationService::settle_intents() {
  const auto open = in_read<std::vector<Intent>>(
      neighbours_.store, [](Transaction& transaction) { return transaction.intents().open(); });
  if (!open) return fail(open.error());
  // One that cannot be settled must not hold up the others.
  Result<void> outcome;
  for (const Intent& intent : *open) {
    Result<void> settled;
    if (intent.what == kStageIntent) {
      settled = take_back_if_old(intent);
    } else if (intent.what == kActivateIntent) {
      const auto step = settle(intent, Source{"local", "portald"});
      if (!step) settled = fail(step.error());
    }
    if (settled) continue;
    outcome = fail(settled.error());
    if (settled.error().code == Errc::unavailable) break;
  }
  return outcome;
}

}  // namespace portal
