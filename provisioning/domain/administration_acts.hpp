#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

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

/// Whether a person may be erased as far as they are no account: each of these would be left
/// without its other half. `order_keys`: under which messages to them stand in the outbox.
/// Fails: conflict (a message is on its way; a registration has an entry in the directory).
Result<void> nothing_on_its_way(Transaction& transaction, const PersonId& person,
                                const std::vector<std::string>& order_keys);

/// Whatever the log tells of a person: under these ids, and under those that their account was to
/// have before, in order. Reads the whole log.
Result<std::vector<AuditRecord>> records_of(AuditLog& log, std::set<std::string> ids);

}  // namespace portal
