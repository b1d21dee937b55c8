#pragma once

#include <string>
#include <vector>

#include "directory/ldap_directory.hpp"
#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

inline constexpr const char* kPolicy = "cn=people,ou=policies,dc=example,dc=ch";

/// A slapd whose policy for people differs from the shipped one in `changes`.
struct PolicyServer {
  explicit PolicyServer(const std::vector<std::string>& changes = {})
      : slapd(folder.path() / "slapd", arguments(changes)), directory(slapd.open()) {}

  static PrivateSlapd::Arguments arguments(const std::vector<std::string>& changes) {
    PrivateSlapd::Arguments all;
    for (const std::string& change : changes) {
      all.push_back("--policy");
      all.push_back(change);
    }
    return all;
  }
  BindAnswer bind(const std::string& dn, const char* password) {
    const Result<BindAnswer> answer = directory->bind(dn, Secret(password));
    assert_ok(answer);
    return *answer;
  }
  BindAnswer::Verdict verdict(const std::string& dn, const char* password) {
    return bind(dn, password).verdict;
  }
  /// As the directory's administrator; operational attributes too.
  void set(const std::string& dn, const std::string& attribute, const std::string& value) {
    assert_true(slapd.modify("dn: " + dn + "\nchangetype: modify\nreplace: " + attribute + "\n" +
                             attribute + ": " + value + "\n\n"));
  }

  TemporaryFolder folder;
  PrivateSlapd slapd;
  std::unique_ptr<LdapDirectory> directory;
};

}  // namespace portal::test
