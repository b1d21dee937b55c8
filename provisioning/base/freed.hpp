#pragma once

namespace portal {

/// Deleter for a C handle: `using LdapMessage = std::unique_ptr<LDAPMessage, Freed<ldap_msgfree>>;`
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const noexcept {
    (void)Free(p);
  }
};

}  // namespace portal
