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

/// Queues a mail to an account's owner about something that has just been done to it (requirement
/// R12), in the name of the portal that they joined first. `text` names its wording; `values` are
/// those beside the portal's name and address.
Result<void> put_notice(Transaction& transaction, const Portals& portals, const Account& account,
                        std::string_view text, const std::map<std::string, std::string>& values,
                        UtcTime now);

}  // namespace portal
