#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/activation_code.hpp"
#include "identity/ahv_number.hpp"
#include "identity/birth_date.hpp"
#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

/// An invited person, as the fund's import told us: one per AHV number. Or one whose entry was in
/// the directory before, of whom neither number nor birth date is known.
struct Person {
  PersonId id;
  std::optional<AhvNumber> ahv;
  std::optional<BirthDate> born;
  std::string given_name;
  std::string family_name;
  Language language = Language::fr;
};

/// What a printed statement invites to: one portal, as one audience, with one code.
struct Letter {
  LetterId id;
  PersonId person;
  PortalId portal;
  AudienceId audience;
  UtcTime issued;
  UtcTime expires;              ///< at most 400 days after `issued` (requirement R3)
  std::optional<UtcTime> used;  ///< activated with (requirement R4)
  std::optional<UtcTime> dead;  ///< replaced by a later letter, or killed by wrong tries (R6)
};

class People {
 public:
  virtual ~People() = default;
  virtual Result<std::optional<Person>> find_by_ahv(const AhvNumber& ahv) = 0;
  /// Fails: not_found.
  virtual Result<Person> get(const PersonId& id) = 0;
  /// Inserts, or replaces the person with the same id.
  virtual Result<void> put(const Person& person) = 0;
  /// Removes a person with letters, registrations and account, and everything that hangs on it but
  /// the audit log. Fails: not_found.
  virtual Result<void> erase(const PersonId& person) = 0;

  /// Adds a letter and kills every earlier one of the same person and portal (requirement R3).
  virtual Result<void> issue(const Letter& letter, const ActivationCode& code) = 0;
  /// The newest letter of a person for a portal, whatever its state.
  virtual Result<std::optional<Letter>> newest_letter(const PersonId& person,
                                                      const PortalId& portal) = 0;
  /// Fails: not_found.
  virtual Result<Letter> letter(const LetterId& id) = 0;
  /// Every letter of a person, newest first.
  virtual Result<std::vector<Letter>> letters_of(const PersonId& person) = 0;
  /// Whether `code` is the letter's, in constant time.
  virtual Result<bool> code_matches(const LetterId& letter, const ActivationCode& code) = 0;
  /// Marks the letter used if it is neither used nor dead nor expired at `now`; true exactly once
  /// (requirement R4).
  virtual Result<bool> redeem(const LetterId& letter, UtcTime now) = 0;
  /// Marks the letter dead; nothing happens if it is dead or used.
  virtual Result<void> kill(const LetterId& letter, UtcTime now) = 0;
};

}  // namespace portal
