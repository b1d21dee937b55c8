#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/administration.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/audit.hpp"

namespace portal {

class Transaction;

/// What an administrator has done to an account, for the audit log (requirement J2).
AuditEvent act_of(const Administrator& by, UtcTime now, std::string_view what,
                  std::string_view account);

/// By account id, e-mail address or login name. Fails: not_found.
Result<Account> account_named(Transaction& transaction, std::string_view name);

}  // namespace portal
