#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "domain/ports/accounts.hpp"
#include "identity/email_address.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"
#include "identity/phone_number.hpp"

namespace portal {

/// Where a registration stands: the step that the person must do next.
enum class RegistrationStep {
  credentials,    ///< step 2: address and password
  mail_code,      ///< step 3: the code from the mail
  factor_choice,  ///< step 4a
  phone_number,   ///< step 4b
  sms_code,       ///< step 5a
  app_code,       ///< step 5b
  activating,     ///< the intent is written
  done,           ///< step 6
  log_in,         ///< a second letter: go on by logging in
  abandoned,      ///< replaced, expired or failed for good
};
std::string_view name_of(RegistrationStep step) noexcept;

/// One person's way from the letter to the account, persisted at each step.
struct Registration {
  RegistrationId id;
  std::string token_index;  ///< keyed index of the browser's token
  PersonId person;
  LetterId letter;
  PortalId portal;
  AudienceId audience;
  Language language = Language::fr;
  RegistrationStep step = RegistrationStep::credentials;
  TermsAcceptance terms;
  UtcTime started;
  UtcTime updated;

  AccountId account;                  ///< the id that the account will have; names the staged entry
  std::optional<EmailAddress> email;  ///< from step 2 on
  bool address_in_use = false;        ///< then no code exists that could be right (R14)
  std::string entry_uuid;             ///< the staged entry, from step 2 on
  std::string dn;                     ///< where it is staged
  int mail_sends = 0;                 ///< resends never reset a counter
  std::optional<UtcTime> mail_sent;
  std::optional<PhoneNumber> phone;  ///< from step 4b on
  int sms_sends = 0;
  std::optional<UtcTime> sms_sent;
  Secret seed;  ///< step 5b: shown to the person, not yet proven
};

class Registrations {
 public:
  virtual ~Registrations() = default;
  virtual Result<void> add(const Registration& registration) = 0;
  /// Replaces the row with the same id if it still stands at `expected`; else false: another
  /// request of the same person was first.
  virtual Result<bool> update(const Registration& registration, RegistrationStep expected) = 0;
  virtual Result<std::optional<Registration>> find_by_token(std::string_view token_index) = 0;
  /// Fails: not_found.
  virtual Result<Registration> get(const RegistrationId& id) = 0;
  /// Those of a person that are neither done nor abandoned.
  virtual Result<std::vector<Registration>> open_of(const PersonId& person) = 0;
  /// All of a person, the oldest first.
  virtual Result<std::vector<Registration>> of(const PersonId& person) = 0;
  /// Those not touched since `before` that are neither done nor abandoned (requirement J5).
  virtual Result<std::vector<Registration>> stale(UtcTime before, int limit) = 0;
  /// Those abandoned and not yet `discarded`, whether or not they hold an entryUUID: a crash may
  /// have left a staged entry that the row does not know.
  virtual Result<std::vector<Registration>> to_discard(int limit) = 0;
  /// Forgets the staged entry of an abandoned registration after its removal, and what it held.
  virtual Result<void> discarded(const RegistrationId& id) = 0;
};

}  // namespace portal
