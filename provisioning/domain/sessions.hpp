#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "domain/login.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/host.hpp"
#include "domain/ports/sessions.hpp"

namespace portal {

class Store;

/// Who is in, by web or PAM; one ledger. Thread-safe.
class SessionService {
 public:
  /// `host`: where the callers of the PAM socket run.
  SessionService(Store& store, const Keyring& keyring, const Clock& clock, HostId host,
                 LoginSettings settings);

  /// Opens a web session; the token is for the cookie (requirement W1). The account must be usable
  /// and a member of the portal at this very moment. Fails: denied, unavailable.
  /// `pending` is the token of the login that it ends, which must still wait: whatever has ended
  /// the account's sessions meanwhile has ended it too (W4). Null: none does.
  Result<Secret> open_web(const Granted& granted, const PortalId& portal, const Source& source,
                          const Secret* pending = nullptr);
  /// The session of a cookie, if it is open, of this portal and not too old; counts as activity
  /// (W3).
  Result<std::optional<Session>> resume_web(const Secret& token, const PortalId& portal);
  /// Log out: dead at once on every node (W2). Nothing to do if it is over.
  Result<void> close_web(const Secret& token, const Source& source);

  /// Between password and code: keeps a conversation for the browser that has the token.
  Result<Secret> keep_pending(const LoginConversation& conversation, const RegistrationId& joining);
  Result<std::optional<PendingLogin>> find_pending(const Secret& token);

  /// PAM. `caller` is the peer's process id. Fails: not_found (no such account), unavailable.
  Result<SessionId> open_pam(std::string_view typed_name, std::string_view terminal,
                             std::int64_t caller, const Source& source);
  Result<void> close_pam(std::string_view typed_name, std::int64_t caller, const Source& source);

  /// The open ones of an account, or (empty id) of all.
  Result<std::vector<Session>> open(const AccountId& account);

 private:
  Store& store_;
  const Keyring& keyring_;
  const Clock& clock_;
  HostId host_;
  LoginSettings settings_;
};

}  // namespace portal
