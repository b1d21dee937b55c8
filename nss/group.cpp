// The database group.

#include "entry.hpp"
#include "enumeration.hpp"

using namespace portal;
using nss::answer;
using snapshot::GroupView;
using snapshot::View;

namespace {

constinit nss::Enumeration<GroupView> g_enumeration(&snapshot::ProcessMarks::enumerates_groups);

template <class Key>
nss_status look_up(const Key& find, group* result, char* buffer, size_t size, int* error) {
  return answer<GroupView>(error, find, [&](const View&, const GroupView& found) {
    return nss::pack(found, *result, buffer, size);
  });
}

}  // namespace

PORTAL_NSS_ENTRY _nss_portal_getgrnam_r(const char* name, group* result, char* buffer, size_t size,
                                        int* error) {
  const auto find = [name](const View& view, GroupView& found) {
    return view.group(name, strlen(name), found);
  };
  return look_up(find, result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_getgrgid_r(gid_t gid, group* result, char* buffer, size_t size,
                                        int* error) {
  const auto find = [gid](const View& view, GroupView& found) { return view.group(gid, found); };
  return look_up(find, result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_setgrent(int) { return g_enumeration.begin(&errno); }

PORTAL_NSS_ENTRY _nss_portal_getgrent_r(group* result, char* buffer, size_t size, int* error) {
  return g_enumeration.next(*result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_endgrent() {
  g_enumeration.end();
  return NSS_STATUS_SUCCESS;
}
