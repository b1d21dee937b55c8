// The database passwd.

#include "entry.hpp"
#include "enumeration.hpp"

using namespace portal;
using nss::answer;
using nss::Packed;
using snapshot::AccountView;
using snapshot::View;

namespace {

constinit nss::Enumeration<AccountView> g_enumeration(&snapshot::ProcessMarks::enumerates_accounts);

template <class Key>
nss_status look_up(const Key& find, passwd* result, char* buffer, size_t size, int* error) {
  return answer<AccountView>(error, find, [&](const View&, const AccountView& account) {
    return nss::pack(account, *result, buffer, size);
  });
}

}  // namespace

PORTAL_NSS_ENTRY _nss_portal_getpwnam_r(const char* name, passwd* result, char* buffer, size_t size,
                                        int* error) {
  const auto find = [name](const View& view, AccountView& found) {
    return view.account(name, strlen(name), found);
  };
  return look_up(find, result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_getpwuid_r(uid_t uid, passwd* result, char* buffer, size_t size,
                                        int* error) {
  const auto find = [uid](const View& view, AccountView& found) {
    return view.account(uid, found);
  };
  return look_up(find, result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_setpwent(int) { return g_enumeration.begin(&errno); }

PORTAL_NSS_ENTRY _nss_portal_getpwent_r(passwd* result, char* buffer, size_t size, int* error) {
  return g_enumeration.next(*result, buffer, size, error);
}

PORTAL_NSS_ENTRY _nss_portal_endpwent() {
  g_enumeration.end();
  return NSS_STATUS_SUCCESS;
}
