// Whether an entry could log in, without its password.
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"
#include "directory/standing.hpp"

namespace portal {

using directory::Connection;
using directory::Deadline;

Result<EntryStanding> LdapDirectory::standing(std::string_view entry_uuid) {
  using Place = EntryStanding::Place;
  const Deadline deadline = parts_->deadline();
  const auto among_people = [&](Connection& connection) -> Result<std::optional<EntryStanding>> {
    const auto found =
        parts_->find_below(connection, parts_->settings().people_base, entry_uuid, deadline,
                           {.attributes = directory::standing_attributes(), .usability = true});
    if (!found) return fail(found.error());
    if (!*found) return std::nullopt;
    const auto policy = parts_->policy_of(connection, **found, deadline);
    if (connection.broken())
      return fail(Errc::unavailable, "directory: the connection was lost at the password policy");
    EntryStanding standing = directory::judge_standing(**found, policy, SystemClock().now());
    standing.place = Place::people;
    standing.dn = (*found)->dn;
    return standing;
  };
  return with_connection(parts_->service(), deadline,
                         [&](Connection& connection) -> Result<EntryStanding> {
                           auto standing = among_people(connection);
                           if (!standing) return fail(std::move(standing).error());
                           if (*standing) return **standing;
                           const auto place = parts_->find(connection, entry_uuid, deadline);
                           if (!place) return fail(place.error());
                           if (!*place) return EntryStanding{};
                           if ((*place)->staged)
                             return EntryStanding{.place = Place::staged, .dn = (*place)->dn};
                           // It was moved among the people between the two searches.
                           standing = among_people(connection);
                           if (!standing) return fail(std::move(standing).error());
                           return *standing ? **standing : EntryStanding{};
                         });
}

}  // namespace portal
