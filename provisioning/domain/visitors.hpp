#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/portals.hpp"
#include "domain/ports/sessions.hpp"

namespace portal {

class Store;

/// What an application behind the portal is told of who comes.
struct Visitor {
  AccountId account;
  PersonId person;     ///< the same at every portal, for ever
  std::string factor;  ///< "totp", "sms", "recovery"; empty for a session older than this was noted
  UtcTime since;       ///< of the login
};

/// Tells the applications of a portal who comes. Thread-safe.
class VisitorService {
 public:
  explicit VisitorService(Store& store) : store_(store) {}

  /// Who has this session, which was found open just now; nothing while the portal's present terms
  /// are not accepted (requirement R9). Fails: not_found (no such account), unavailable.
  Result<std::optional<Visitor>> find(const Session& session, const Portal& portal);
  /// Whether an account has accepted the present terms. Fails: unavailable.
  Result<bool> has_accepted_terms(const AccountId& account, const Portal& portal);

 private:
  Store& store_;
};

}  // namespace portal
