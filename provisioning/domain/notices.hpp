#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"

namespace portal {

class Transaction;

/// The portal in whose name an account's owner is written to: the one that they joined first, or
/// the installation's first for somebody who has joined none.
Result<const Portal*> portal_of(Transaction& transaction, const Portals& portals,
                                const AccountId& account);

/// Queues a mail to an account's owner about something that has just been done to it (requirement
/// R12). `text` names its wording; `values` are those beside the portal's name and address.
Result<void> put_notice(Transaction& transaction, const Portals& portals, const Account& account,
                        std::string_view text, const std::map<std::string, std::string>& values,
                        UtcTime now);

/// The same in the name of this portal.
Result<void> put_notice(Transaction& transaction, const Portal& portal, const Account& account,
                        std::string_view text, const std::map<std::string, std::string>& values,
                        UtcTime now);

}  // namespace portal
