// The account phase: whether somebody may enter who has proven elsewhere who they are.

#include "domain/login.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/store.hpp"

namespace portal {

LoginService::Standing LoginService::standing_of(std::string_view typed_name) {
  const Result<UserName> name = UserName::parse(typed_name);
  if (!name) return Standing::unknown;
  const auto account = in_read<std::optional<Account>>(
      neighbours_.store,
      [&](Transaction& transaction) { return transaction.accounts().find_by_name(*name); });
  if (!account) return Standing::unavailable;
  if (!*account) return Standing::unknown;
  if ((*account)->state != AccountState::active || (*account)->locked) return Standing::unusable;
  if (passwords_.has_just_accepted((*account)->id)) return Standing::usable;
  // Whoever was removed from the directory, moved out of the people, or locked there is out here as
  // well, however they proved who they are.
  const auto entry = neighbours_.directory.standing((*account)->entry_uuid);
  if (!entry) return Standing::unavailable;
  if (entry->place != EntryStanding::Place::people || entry->locked) return Standing::unusable;
  if (entry->expired) return Standing::expired;
  return entry->must_change ? Standing::must_change : Standing::usable;
}

}  // namespace portal
