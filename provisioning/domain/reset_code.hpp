#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/portals.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/password_resets.hpp"

namespace portal {

class Transaction;

/// The rules of a forgotten password. R10 allows a mail's code 24 hours; who waits at the page
/// needs minutes, who was told by telephone that a mail comes reads it the same day.
struct ResetSettings {
  std::chrono::minutes code_lifetime{30};
  std::chrono::hours started_code_lifetime{24};  ///< of one that an administrator started
  std::chrono::minutes lifetime{60};             ///< of the whole way, from its begin
  int code_tries = 5;
  int mail_resends = 4;                 ///< as many as an address may have in an hour
  std::chrono::seconds mail_pause{30};  ///< after the first mail; doubles each time
  int mails_per_address_and_hour = 5;
  int mails_per_address_and_day = 10;
  int per_source_and_hour = 20;
};

/// What the code of a reset's mail is good for.
ChallengeScope mail_scope(const PasswordReset& row);

/// Opens a code for the row and queues its mail to the owner of the account; without an `owner`,
/// one that nobody can type, and no mail. The code before is dead. Does not keep the row.
Result<void> send_reset_code(Transaction& transaction, const Portals& portals, PasswordReset& row,
                             const Account* owner, std::chrono::minutes lifetime, UtcTime now);

/// Which mail carries the code: asked for at the page, or started by an administrator.
std::string_view mail_of(const PasswordReset& row);

}  // namespace portal
