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
  std::string host;         ///< PAM: the machine that it runs on (HostId), empty for none
  std::string boot;         ///< PAM: and the start of that machine
  std::string token_index;  ///< web: keyed index of the cookie
  std::string factor;       ///< web: what was shown beside the password: "totp", "sms", "recovery"
  UtcTime started;
  UtcTime last_seen;
  std::optional<UtcTime> ended;
  std::optional<UtcTime> leaving;  ///< PAM: since when its host owes it an end
};

/// Which sessions of an account.
enum class SessionsOf { web, everywhere };

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
  /// As `end`, and a PAM session's host owes it the end of its login session too.
  virtual Result<bool> throw_out(const SessionId& id, UtcTime now) = 0;
  /// Throws out all of an account but `except`, and ends its logins on the web that wait for a
  /// code; how many sessions there were (requirement W4).
  virtual Result<int> throw_out_all(const AccountId& account, const SessionId& except,
                                    SessionsOf where, UtcTime now) = 0;
  /// Ends the newest open PAM session of this account, service and process; false if there is none.
  virtual Result<bool> end_pam(const AccountId& account, std::string_view service,
                               std::int64_t caller, UtcTime now) = 0;
  /// Those that this machine owes an end, the longest waiting first.
  virtual Result<std::vector<Session>> leaving(std::string_view host, int limit) = 0;
  /// How many sessions of an account go on at a host: open ones, and those it owes an end since a
  /// moment later than `since`.
  virtual Result<int> at_hosts(const AccountId& account, UtcTime since) = 0;
  /// Its host owes it nothing any more.
  virtual Result<void> left(const SessionId& id) = 0;
  /// The open PAM sessions of this machine.
  virtual Result<std::vector<Session>> open_on(std::string_view host) = 0;
  /// The open ones, of one account or (empty id) of all, newest first.
  virtual Result<std::vector<Session>> open(const AccountId& account, int limit) = 0;
  /// Those of an account, open ones and those that ended lately, newest first.
  virtual Result<std::vector<Session>> recent(const AccountId& account, int limit) = 0;

  virtual Result<void> put_pending(const PendingLogin& pending) = 0;
  virtual Result<std::optional<PendingLogin>> find_pending(std::string_view token_index) = 0;
  /// True exactly once.
  virtual Result<bool> take_pending(std::string_view token_index) = 0;
};

}  // namespace portal
