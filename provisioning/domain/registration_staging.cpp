// Step 2 in the directory: the entry of a half-registered person.
//
// Each submit of step 2 stages an entry of its own, with its address and its password; which of
// them counts, the store says, once, by a compare-and-set on the registration's step. So the
// password that is set belongs to the submit that won, whatever the others are still writing. An
// intent tells of each entry before it is made: what does not win, or what a crash leaves, is
// removed by it.

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"

namespace portal {
namespace {

/// Longer than any submit may take: until then somebody may still be at it.
constexpr std::chrono::minutes kTakeBackAfter{5};

Intent intent_to_stage(const Registration& row, const AccountId& account, UtcTime now) {
  return {IntentId::random(), std::string(kStageIntent), account, row.id, "", now};
}

/// The registration's own account id, unless an entry of that name is or may be staged already.
Result<AccountId> free_name(Transaction& transaction, const Registration& row) {
  if (!row.entry_uuid.empty()) return AccountId::random();
  const auto open = transaction.intents().open();
  if (!open) return fail(open.error());
  const bool taken = std::ranges::any_of(
      *open, [&](const Intent& intent) { return intent.account == row.account; });
  return taken ? AccountId::random() : row.account;
}

}  // namespace

Result<std::variant<Intent, RegistrationStep>> RegistrationService::announce_entry(
    const RegistrationId& id) {
  using Announced = std::variant<Intent, RegistrationStep>;
  const UtcTime now = neighbours_.clock.now();
  return in_write<Announced>(neighbours_.store, "registration.staging",
                             [&](Transaction& transaction) -> Result<Announced> {
                               const auto row = transaction.registrations().get(id);
                               if (!row) return fail(row.error());
                               if (row->step != RegistrationStep::credentials) return row->step;
                               const Result<AccountId> name = free_name(transaction, *row);
                               if (!name) return fail(name.error());
                               Intent intent = intent_to_stage(*row, *name, now);
                               auto written = transaction.intents().write(intent);
                               if (!written) return fail(std::move(written).error());
                               return intent;
                             });
}

Result<DirectoryEntry> RegistrationService::stage(const AccountId& account, const Registration& row,
                                                  const EmailAddress& email) {
  Result<Person> person = in_read<Person>(neighbours_.store, [&](Transaction& transaction) {
    return transaction.people().get(row.person);
  });
  if (!person) return fail(std::move(person).error());
  return neighbours_.directory.stage(StagedPerson{
      account, std::move(person->given_name), std::move(person->family_name), email, row.language});
}

Result<std::optional<Intent>> RegistrationService::adopt_entry(RegistrationAct& act,
                                                               const Intent& intent,
                                                               const DirectoryEntry& entry) {
  Intents& intents = act.transaction.intents();
  const Result<bool> mine = intents.end(intent.id);
  if (!mine) return fail(mine.error());
  if (!*mine) return fail(Errc::unavailable, "staging took so long that it was taken back");
  std::optional<Intent> replaced;
  if (!act.row.entry_uuid.empty()) {
    replaced = intent_to_stage(act.row, act.row.account, act.now);
    if (auto written = intents.write(*replaced); !written) return fail(std::move(written).error());
  }
  if (act.row.account != intent.account) {
    auto told = act.transaction.audit().append(
        renamed_event(act.now, intent.account.text(), act.row.account.text(), act.source));
    if (!told) return fail(std::move(told).error());
  }
  act.row.account = intent.account;
  act.row.entry_uuid = entry.entry_uuid;
  act.row.dn = entry.dn;
  return replaced;
}

Result<void> RegistrationService::take_back(const Intent& intent) {
  if (auto gone = neighbours_.directory.discard(intent.account); !gone) return gone;
  return neighbours_.store.write("registration.taken_back",
                                 [&](Transaction& transaction) -> Result<void> {
                                   const auto ended = transaction.intents().end(intent.id);
                                   return ended ? Result<void>() : fail(ended.error());
                                 });
}

Result<void> RegistrationService::take_back_if_old(const Intent& intent) {
  if (neighbours_.clock.now() - intent.written < kTakeBackAfter) return {};
  return take_back(intent);
}

}  // namespace portal
