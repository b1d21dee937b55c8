#pragma once

#include <lber.h>
#include <ldap.h>
#include <sys/time.h>

#include <memory>
#include <string>

#include "base/freed.hpp"
#include "directory/deadline.hpp"

// Owners of libldap's handles. Only .cpp files of this folder include it.

namespace portal::directory {

inline int close_handle(LDAP* handle) noexcept {
  return ::ldap_unbind_ext_s(handle, nullptr, nullptr);
}

using LdapHandle = std::unique_ptr<LDAP, Freed<close_handle>>;
using LdapMessage = std::unique_ptr<LDAPMessage, Freed<::ldap_msgfree>>;
using LdapText = std::unique_ptr<char, Freed<::ldap_memfree>>;
using LdapControl = std::unique_ptr<LDAPControl, Freed<::ldap_control_free>>;
using LdapControls = std::unique_ptr<LDAPControl*, Freed<::ldap_controls_free>>;
using LdapValues = std::unique_ptr<berval*, Freed<::ldap_value_free_len>>;

inline timeval to_timeval(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000),
          static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

/// Waits for all of an operation's answer. Gives LDAP_SUCCESS when it is there, whatever it says;
/// else LDAP_TIMEOUT or libldap's reason.
inline int await_message(LDAP* handle, int message_id, const Deadline& deadline,
                         LdapMessage& message) {
  timeval time = to_timeval(deadline.left());
  LDAPMessage* raw = nullptr;
  const int kind = ::ldap_result(handle, message_id, LDAP_MSG_ALL, &time, &raw);
  message.reset(raw);
  if (kind > 0) return LDAP_SUCCESS;
  if (kind == 0) return LDAP_TIMEOUT;
  int code = LDAP_SUCCESS;
  (void)::ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code);
  return code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
}

inline std::string diagnostic_of(LDAP* handle) {
  char* text = nullptr;
  (void)::ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
  const LdapText owned(text);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace portal::directory
