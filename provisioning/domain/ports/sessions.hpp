#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/accounts.hpp"
#include "identity/id.hpp"

namespace portal {

enum class SessionKind { web, pam };
std::string_view name_of(SessionKind kind) noexcept;

/// Somebody is in: one ledger for the web and for PAM.
struct Session {
  SessionId id;
  SessionKind kind = SessionKind::web;
  AccountId account;
  PortalId portal;          ///< web only
  std::string service;      ///< PAM service, or "web"
  std::string address;      ///< where from
  std::string terminal;     ///< PAM_TTY, may be empty
  std::int64_t caller = 0;  ///< PAM: the process that opened it
  std::string token_index;  ///< web: keyed index of the cookie
  UtcTime started;
  UtcTime last_seen;
  std::optional<UtcTime> ended;
};

/// A web login between the password and the code. The browser holds its token.
struct PendingLogin {
  std::string token_index;
  AccountId account;
  PortalId portal;
  RegistrationId joining;  ///< set when a second letter goes on by logging in
  UtcTime expires;
};

class Sessions {
 public:
  virtual ~Sessions() = default;
  virtual Result<void> add(const Session& session) = 0;
  /// Only one that has not ended.
  virtual Result<std::optional<Session>> find_by_token(std::string_view token_index) = 0;
  virtual Result<void> touch(const SessionId& id, UtcTime now) = 0;
  /// True if it was open.
  virtual Result<bool> end(const SessionId& id, UtcTime now) = 0;
  /// Ends all of an account but `except`; how many there were (requirement W4).
  virtual Result<int> end_all(const AccountId& account, const SessionId& except, UtcTime now) = 0;
  /// Ends the newest open PAM session of this account, service and process; false if there is none.
  virtual Result<bool> end_pam(const AccountId& account, std::string_view service,
                               std::int64_t caller, UtcTime now) = 0;
  /// The open ones, of one account or (empty id) of all, newest first.
  virtual Result<std::vector<Session>> open(const AccountId& account, int limit) = 0;

  virtual Result<void> put_pending(const PendingLogin& pending) = 0;
  virtual Result<std::optional<PendingLogin>> find_pending(std::string_view token_index) = 0;
  /// True exactly once.
  virtual Result<bool> take_pending(std::string_view token_index) = 0;
};

}  // namespace portal
