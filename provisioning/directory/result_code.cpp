#include "directory/result_code.hpp"

#include <ldap.h>

namespace portal::directory {

Outcome outcome_of(int result_code) noexcept {
  switch (result_code) {
    case LDAP_SUCCESS: return Outcome::success;

    case LDAP_INVALID_CREDENTIALS:
    // The entry has no password, or none of this kind.
    case LDAP_INAPPROPRIATE_AUTH: return Outcome::wrong_credentials;

    case LDAP_NO_SUCH_OBJECT: return Outcome::no_such_entry;

    case LDAP_ALREADY_EXISTS: return Outcome::already_exists;

    case LDAP_CONSTRAINT_VIOLATION: return Outcome::constraint;

    case LDAP_AUTH_METHOD_NOT_SUPPORTED:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
    case LDAP_NO_SUCH_ATTRIBUTE:
    case LDAP_UNDEFINED_TYPE:
    case LDAP_INAPPROPRIATE_MATCHING:
    case LDAP_TYPE_OR_VALUE_EXISTS:
    case LDAP_INVALID_SYNTAX:
    case LDAP_INVALID_DN_SYNTAX:
    case LDAP_NAMING_VIOLATION:
    case LDAP_OBJECT_CLASS_VIOLATION:
    case LDAP_NOT_ALLOWED_ON_NONLEAF:
    case LDAP_NOT_ALLOWED_ON_RDN:
    case LDAP_NO_OBJECT_CLASS_MODS:
    case LDAP_AFFECTS_MULTIPLE_DSAS:
    case LDAP_PROXIED_AUTHORIZATION_DENIED:
    case LDAP_ASSERTION_FAILED:
    case LDAP_X_CANNOT_CHAIN:
    // A referral is an answer of "not here"; we follow none (requirement L2).
    case LDAP_REFERRAL:
    case LDAP_PARTIAL_RESULTS: return Outcome::refused;

    case LDAP_TIMEOUT: return Outcome::timed_out;

    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR: return Outcome::lost;

    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_OPERATIONS_ERROR:
    case LDAP_TIMELIMIT_EXCEEDED:
    // Also how a search ends that finds more than the one entry we ask for. Whoever allows that
    // looks at the code itself.
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
    case LDAP_OTHER:
    case LDAP_NO_MEMORY:
    case LDAP_CANCELLED:
    case LDAP_SYNC_REFRESH_REQUIRED: return Outcome::unavailable;

    case LDAP_PROTOCOL_ERROR:
    // We compare nothing without looking at these two ourselves.
    case LDAP_COMPARE_FALSE:
    case LDAP_COMPARE_TRUE:
    case LDAP_SASL_BIND_IN_PROGRESS:
    case LDAP_ALIAS_PROBLEM:
    case LDAP_ALIAS_DEREF_PROBLEM:
    case LDAP_IS_LEAF:
    case LDAP_LOOP_DETECT:
    case LDAP_RESULTS_TOO_LARGE:
    case LDAP_VLV_ERROR:
    case LDAP_NO_SUCH_OPERATION:
    case LDAP_TOO_LATE:
    case LDAP_CANNOT_CANCEL:
    case LDAP_LOCAL_ERROR:
    case LDAP_ENCODING_ERROR:
    case LDAP_DECODING_ERROR:
    case LDAP_AUTH_UNKNOWN:
    case LDAP_FILTER_ERROR:
    case LDAP_USER_CANCELLED:
    case LDAP_PARAM_ERROR:
    case LDAP_NOT_SUPPORTED:
    case LDAP_CONTROL_NOT_FOUND:
    case LDAP_NO_RESULTS_RETURNED:
    case LDAP_MORE_RESULTS_TO_RETURN:
    case LDAP_CLIENT_LOOP:
    case LDAP_REFERRAL_LIMIT_EXCEEDED:
    case LDAP_X_CONNECTING: return Outcome::unexpected;
  }
  return Outcome::unexpected;  // a number that no standard and no library has given a meaning
}

namespace {

Errc errc_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::success: return Errc::internal;  // nobody asks for the error of a success
    case Outcome::wrong_credentials:
    case Outcome::constraint:
    case Outcome::refused: return Errc::denied;
    case Outcome::no_such_entry: return Errc::not_found;
    case Outcome::already_exists: return Errc::conflict;
    case Outcome::timed_out:
    case Outcome::lost:
    case Outcome::unavailable:
    case Outcome::unexpected: return Errc::unavailable;
  }
  return Errc::internal;
}

}  // namespace

Error error_of(int result_code, std::string_view doing, std::string_view diagnostic) {
  std::string detail = "directory: ";
  detail += doing;
  detail += ": ";
  detail += ::ldap_err2string(result_code);
  detail += " (" + std::to_string(result_code) + ")";
  if (!diagnostic.empty()) detail += ": " + std::string(diagnostic.substr(0, 300));
  return {errc_of(outcome_of(result_code)), std::move(detail)};
}

}  // namespace portal::directory
