// The supplementary groups of somebody who logs in.

#include <stdlib.h>
#include <string.h>

#include "answer.hpp"
#include "entry.hpp"

using namespace portal;
using snapshot::AccountView;
using snapshot::View;

namespace {

/// libc's list of gids: `used` of `size`, which grows up to `limit` (0 or less: without end).
struct GidList {
  long* used;
  long* size;
  gid_t** gids;
  long limit;
};

enum class Appended { yes, full, no_memory };

Appended append(const GidList& list, gid_t gid) {
  if (*list.used == *list.size) {
    if (list.limit > 0 && *list.size >= list.limit) return Appended::full;
    long larger = *list.size > 0 ? 2 * *list.size : 16;
    if (list.limit > 0 && larger > list.limit) larger = list.limit;
    void* grown = realloc(*list.gids, static_cast<size_t>(larger) * sizeof(gid_t));
    if (grown == nullptr) return Appended::no_memory;
    *list.gids = static_cast<gid_t*>(grown);
    *list.size = larger;
  }
  (*list.gids)[(*list.used)++] = gid;
  return Appended::yes;
}

gid_t gid_at(const AccountView& account, std::size_t i) {
  std::uint32_t gid = 0;
  memcpy(&gid, account.gids + i * sizeof gid, sizeof gid);
  return gid;
}

/// All of the account's gids are for persons (requirement N3).
bool are_allowed(const View& view, const AccountView& account) {
  for (std::size_t i = 0; i < account.record.group_count; ++i) {
    if (!view.newest().allows_gid(gid_at(account, i))) return false;
  }
  return true;
}

}  // namespace

PORTAL_NSS_ENTRY _nss_portal_initgroups_dyn(const char* user, gid_t group, long* start, long* size,
                                            gid_t** groupsp, long limit, int* error) {
  const GidList list{start, size, groupsp, limit};
  Appended appended = Appended::yes;
  const auto find = [user](const View& view, AccountView& found) {
    return view.account(user, strlen(user), found);
  };
  const nss_status status =
      nss::answer<AccountView>(error, find, [&](const View& view, const AccountView& account) {
        if (!are_allowed(view, account)) return nss::Packed::damaged;
        for (std::size_t i = 0; i < account.record.group_count; ++i) {
          const gid_t gid = gid_at(account, i);
          if (gid == group) continue;
          appended = append(list, gid);
          if (appended != Appended::yes) break;
        }
        return nss::Packed::yes;
      });
  if (appended == Appended::no_memory) {
    *error = ENOMEM;
    return NSS_STATUS_TRYAGAIN;
  }
  return status;
}
