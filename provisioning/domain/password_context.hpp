#pragma once

#include "base/result.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"
#include "identity/password_rules.hpp"

namespace portal {

class Transaction;

/// What a new password of this account must not contain (requirement P3): the person's names and
/// those of every portal.
Result<PasswordContext> password_context_of(Transaction& transaction, const Portals& portals,
                                            const Account& account);

}  // namespace portal
