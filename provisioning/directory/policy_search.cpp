// The password policy, as far as the service account may read it.
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"

namespace portal {

using directory::Answer;
using directory::Connection;
using directory::Deadline;
using directory::FoundEntry;
using directory::Policy;

std::optional<Policy> LdapDirectory::Parts::policy_of(Connection& connection,
                                                      const FoundEntry& entry,
                                                      const Deadline& deadline) {
  const std::string* own = entry.find("pwdPolicySubentry");
  return policy_at(connection, own != nullptr ? *own : settings_.policy_dn, deadline);
}

std::optional<Policy> LdapDirectory::Parts::policy_at(Connection& connection, const std::string& dn,
                                                      const Deadline& deadline) {
  if (dn.empty()) return std::nullopt;
  return policies_.get(dn, [&]() -> std::optional<Policy> {
    const Answer answer =
        connection.search({.base = dn, .attributes = directory::policy_attributes()}, deadline);
    if (answer.entries.size() != 1) return std::nullopt;
    return directory::read_policy(answer.entries.front());
  });
}

Result<std::optional<PasswordLimits>> LdapDirectory::limits() {
  const Deadline deadline = parts_->deadline();
  using Limits = Result<std::optional<PasswordLimits>>;
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Limits {
    const auto policy = parts_->policy_at(connection, parts_->settings().policy_dn, deadline);
    if (connection.broken())
      return fail(Errc::unavailable, "directory: the connection was lost at the password policy");
    if (!policy) return std::nullopt;
    return PasswordLimits{policy->lockout, policy->max_failures, policy->failure_interval,
                          policy->lockout_duration, policy->max_age};
  });
}

}  // namespace portal
