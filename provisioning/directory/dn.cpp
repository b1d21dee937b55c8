#include "directory/dn.hpp"

#include <ldap.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/freed.hpp"

namespace portal::directory {
namespace {

constexpr std::size_t kLongestDn = 1024;
using LdapText = std::unique_ptr<char, Freed<::ldap_memfree>>;

/// The parts as they are written, the lowest first; none if `dn` is not a DN.
std::vector<std::string> parts_of(std::string_view dn) {
  if (dn.empty() || dn.size() > kLongestDn || dn.find('\0') != std::string_view::npos) return {};
  LDAPDN raw = nullptr;
  if (::ldap_str2dn(std::string(dn).c_str(), &raw, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS ||
      raw == nullptr)
    return {};
  const std::unique_ptr<LDAPRDN, Freed<::ldap_dnfree>> parsed(raw);
  std::vector<std::string> parts;
  for (std::size_t i = 0; raw[i] != nullptr; ++i) {
    char* text = nullptr;
    if (::ldap_rdn2str(raw[i], &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return {};
    parts.emplace_back(LdapText(text).get());
  }
  return parts;
}

bool same_part(const std::string& one, const std::string& other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

/// How many parts the two have in common, from the top of the tree.
std::size_t shared(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  const auto [end, _] =
      std::mismatch(one.rbegin(), one.rend(), other.rbegin(), other.rend(), same_part);
  return static_cast<std::size_t>(end - one.rbegin());
}

}  // namespace

bool is_dn(std::string_view text) { return !parts_of(text).empty(); }

bool is_within(std::string_view dn, std::string_view base) {
  const std::vector<std::string> parts = parts_of(dn);
  const std::vector<std::string> base_parts = parts_of(base);
  return !base_parts.empty() && shared(base_parts, parts) == base_parts.size();
}

Result<std::string> first_rdn(std::string_view dn) {
  const std::vector<std::string> parts = parts_of(dn);
  if (parts.empty()) return fail(Errc::malformed, "not a DN");
  return parts.front();
}

std::string common_base(std::string_view one, std::string_view other) {
  const std::vector<std::string> parts = parts_of(one);
  const std::size_t count = shared(parts, parts_of(other));
  std::string base;
  for (std::size_t i = parts.size() - count; i < parts.size(); ++i) {
    if (!base.empty()) base += ',';
    base += parts[i];
  }
  return base;
}

}  // namespace portal::directory
