#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::directory {

/// What a result code means to us. Every code of RFC 4511 and of libldap has its place in one
/// switch; a code that has none is `unexpected` (requirement L4).
enum class Outcome {
  success,            ///< LDAP_SUCCESS, and nothing else
  wrong_credentials,  ///< name and password do not belong together
  no_such_entry,
  already_exists,
  constraint,   ///< the directory's policy is against the value
  refused,      ///< by access rules, configuration or schema: it will not help to ask again
  timed_out,    ///< no answer in time: the server may hang
  lost,         ///< the connection is gone: another one may work
  unavailable,  ///< the server says that it cannot now
  unexpected,   ///< nothing that a correct server sends to us
};

Outcome outcome_of(int result_code) noexcept;

/// The error for an outcome that is not success. `doing` says what was tried ("add to staging");
/// `diagnostic` is the server's own text.
Error error_of(int result_code, std::string_view doing, std::string_view diagnostic);

}  // namespace portal::directory
