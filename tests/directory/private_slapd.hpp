#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "directory/ldap_directory.hpp"

namespace portal::test {

/// A folder of its own under /tmp, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A real slapd with the shipped configuration (config/demo_parts/slapd.py), ended with the object,
/// and by the kernel if the test is killed.
class PrivateSlapd {
 public:
  using Arguments = std::vector<std::string>;

  /// `arguments`: further ones of slapd.py, such as {"--policy", "pwdMaxFailure=3"}. Waits until
  /// the server answers; aborts the test program if it does not.
  explicit PrivateSlapd(std::filesystem::path folder, Arguments arguments = {});
  ~PrivateSlapd();
  PrivateSlapd(const PrivateSlapd&) = delete;
  PrivateSlapd& operator=(const PrivateSlapd&) = delete;

  void start();
  /// Ends the server; its data stay for the next start.
  void stop();
  /// SIGSTOP and SIGCONT: a server that is there and says nothing.
  void freeze();
  void thaw();

  std::string uri() const;
  /// Settings for this server over its local socket.
  LdapSettings settings() const;
  std::unique_ptr<LdapDirectory> open() const;

  /// What the administrator's ldapsearch prints (LDIF, one entry), over the local socket.
  std::string search(const std::string& base, const std::string& scope, const std::string& filter,
                     const std::string& attributes = "") const;
  /// Feeds LDIF to the administrator's ldapmodify (which also adds, by changetype); true if taken.
  bool modify(const std::string& ldif) const;

 private:
  std::filesystem::path folder_;
  Arguments arguments_;
  pid_t helper_ = -1;
  pid_t server_ = -1;
  int input_ = -1;  ///< slapd.py ends when this closes
};

/// Gives this process a network of its own in which only loopback exists. Before any thread starts.
void enter_private_network();

/// Runs a shell command, gives its standard output; aborts the test program if it fails.
std::string run(const std::string& command);

inline constexpr const char* kPeople = "ou=people,dc=example,dc=ch";
inline constexpr const char* kStaging = "ou=staging,dc=example,dc=ch";

/// A person as the registration stages one; a new account id each time.
StagedPerson a_person(const std::string& email = "anna.muster@example.ch");

/// Stages a person, sets the password and admits: gives the entry among the people.
DirectoryEntry registered(LdapDirectory& directory, const std::string& email,
                          const std::string& password);

/// Milliseconds that `work` takes.
template <class Work>
long long time_of(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start)
      .count();
}

}  // namespace portal::test
