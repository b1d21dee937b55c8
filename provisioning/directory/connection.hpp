#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "directory/deadline.hpp"
#include "directory/password_policy.hpp"
#include "directory/result_code.hpp"

struct ldap;  // libldap's handle; ldap.h stays out of headers
struct ldapcontrol;
struct ldapmsg;

namespace portal::directory {

/// Attribute name and values. No values: left out by `add`, removed by `replace`.
using Attributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// The server's own word on whether an entry can be used (draft-behera-ldap-password-policy's
/// neighbour, the control 1.3.6.1.4.1.42.2.27.9.5.8). OpenLDAP 2.5 says nothing in it of a password
/// that must be changed, and does not tell a lock for good from one of the other reasons.
struct Usability {
  bool available = false;
  bool inactive = false;                           ///< locked for a time
  std::optional<std::chrono::seconds> expires_in;  ///< if available
};

/// An entry of a search's answer: its DN and all values that came, those of one attribute in a row.
struct FoundEntry {
  std::string dn;
  std::vector<std::pair<std::string, std::string>> values;
  std::optional<Usability> usability;  ///< if asked for, and if the server told

  /// The first value. Compared without case; nullptr if it did not come.
  const std::string* find(std::string_view name) const;
  /// How many values came.
  std::size_t count(std::string_view name) const;
};

/// What the server said to one request, or why there is no answer.
struct Answer {
  int code = 0;            ///< as `outcome_of` reads it
  std::string diagnostic;  ///< the server's own text
  PolicyAnswer policy;
  std::vector<FoundEntry> entries;

  Outcome outcome() const noexcept { return outcome_of(code); }
  bool succeeded() const noexcept { return outcome() == Outcome::success; }
  Error error(std::string_view doing) const { return error_of(code, doing, diagnostic); }
};

enum class Scope { base, subtree };

struct Search {
  std::string base = {};
  Scope scope = Scope::base;
  std::string filter = "(objectClass=*)";
  std::vector<std::string> attributes = {"1.1"};  ///< "1.1": none
  int size_limit = 2;  ///< one is wanted; the second tells that there are more
  bool usability = false;
};

/// One open connection to a server. For one thread at a time. After `broken()` it asks nothing
/// more: libldap would open another one by itself, without our TLS.
class Connection {
 public:
  /// Takes the handle over, connected and protected.
  explicit Connection(::ldap* handle);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A simple bind that asks for the policy's answer. An empty name or password is answered here,
  /// with invalidCredentials: a server would take it for an anonymous bind (requirement L1).
  Answer bind(const std::string& dn, const Secret& password, const Deadline& deadline);
  Answer bind_anonymously(const Deadline& deadline);

  Answer search(const Search& search, const Deadline& deadline);
  Answer add(const std::string& dn, const Attributes& attributes, const Deadline& deadline);
  Answer replace(const std::string& dn, const Attributes& attributes, const Deadline& deadline);
  /// ModifyDN with newSuperior, the old RDN kept as a value.
  Answer move(const std::string& dn, const std::string& rdn, const std::string& new_parent,
              const Deadline& deadline);
  Answer remove(const std::string& dn, const Deadline& deadline);
  /// RFC 3062. `password` must not be empty.
  Answer set_password(const std::string& dn, const Secret& password, const Deadline& deadline);
  /// RFC 3062 with the old password. Neither may be empty.
  Answer change_password(const std::string& dn, const Secret& current, const Secret& next,
                         const Deadline& deadline);

  /// Whether the server has neither closed it nor said anything unasked (a notice of
  /// disconnection).
  bool quiet() const;
  /// Set by any answer that did not come from the server.
  bool broken() const noexcept { return broken_; }

 private:
  Answer modify_password(const std::string& dn, const Secret* current, const Secret& next,
                         const Deadline& deadline);
  Answer answer_to(int sent, int message_id, const Deadline& deadline);
  Answer without_answer(int code);
  void read_result(::ldapmsg* message, Answer& answer);
  void read_policy(::ldapcontrol** controls, Answer& answer);
  void read_entries(::ldapmsg* message, Answer& answer);
  std::optional<Usability> read_usability(::ldapmsg* entry);

  struct Close {
    void operator()(::ldap* handle) const noexcept;
  };
  std::unique_ptr<::ldap, Close> handle_;
  bool broken_ = false;
};

}  // namespace portal::directory
