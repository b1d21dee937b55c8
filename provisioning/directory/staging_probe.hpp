#pragma once

#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "directory/deadline.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"

namespace portal::directory {

/// Random, long, and of every class that a policy may want.
Secret probe_password();

/// The start-up proof that a half-registered person can neither log in nor be seen.
///
/// Two entries are registered: the *subject* stays in staging and is what must not be seen; the
/// *witness* goes the whole way to the people, which shows that the service account's rights are
/// enough, and then looks for the subject as any person could. Both are removed at the end.
class StagingProbe {
 public:
  StagingProbe(LdapDirectory::Parts& parts, const Deadline& deadline);

  /// Fails: denied (the detail says what is wrong), unavailable.
  Result<void> run();

 private:
  Result<void> prepare(Connection& service);
  Result<void> check_service_account(Connection& service);
  Result<void> check_staged_bind(Connection& stranger);
  Result<void> check_nobody_sees(Connection& stranger);
  Result<void> check_admission(Connection& service);
  Result<void> check_person_sees_nothing(Connection& stranger);
  Result<void> check_passwords_of_people(Connection& service);
  Result<void> expect_no_hash(Connection& service, const std::string& dn);
  Result<void> expect_hidden(Connection& connection, std::string_view viewer);
  Result<void> clean_up(Connection& service);

  Result<void> make_entry(Connection& service, const std::string& dn, const std::string& uid,
                          const Secret& password);

  LdapDirectory::Parts& parts_;
  Deadline deadline_;
  std::string subject_uid_;
  std::string subject_;  ///< DN
  std::string witness_;  ///< DN in staging
  std::string person_;   ///< the witness's DN among the people
  Secret subject_password_;
  Secret witness_password_;
};

}  // namespace portal::directory
