#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace portal {

/// What is counted. Each kind has its own keys: an account's id, or the canonical form of what was
/// typed where there is no account. The store keeps keyed hashes of the keys.
enum class AttemptKind {
  activation_data,     ///< wrong activation data, by AHV number (requirement R6)
  activation_address,  ///< wrong activation data, by IP address (R6)
  sms_to_number,       ///< SMS sent to a proven number, by number (requirement S2)
  sms_from_address,    ///< SMS asked for, by IP address (S2)
  mail_to_person,      ///< registration mails, by person
  wrong_password,      ///< by account or typed name, and source
  wrong_code,          ///< second factor, by account (requirement T5)
  wrong_bind,          ///< wrong passwords by account or typed name, from wherever
  known_source,        ///< a login that went well, by account and source
  sms_to_unproven,     ///< SMS sent to a number that somebody enrols, by number (S2)
  sms_in_all,          ///< SMS sent to whomever, under one key and by country (S2)
  sms_enrolling,       ///< those of them that went to unproven numbers (S2)
  sms_alarm,           ///< told of a part of the budget of all SMS, by budget and part (S2)
  reset_mail,          ///< mails of a forgotten password asked for, by typed address
  reset_source,        ///< forgotten passwords begun, and wrong codes to begin with, by IP address
  reset_code,          ///< wrong codes to begin with, by typed address
  sms_verified,        ///< those in all whose code was used, at the time of their sending (S2)
};
std::string_view name_of(AttemptKind kind) noexcept;

/// How many there were, and when the last of them was (the epoch if there was none).
struct Tally {
  int count = 0;
  UtcTime last;
};

class Attempts {
 public:
  virtual ~Attempts() = default;
  /// How many were recorded later than `since`.
  virtual Result<int> count(AttemptKind kind, std::string_view key, UtcTime since) = 0;
  virtual Result<Tally> tally(AttemptKind kind, std::string_view key, UtcTime since) = 0;
  virtual Result<void> record(AttemptKind kind, std::string_view key, UtcTime now) = 0;
  virtual Result<void> forget(AttemptKind kind, std::string_view key) = 0;
  /// Those recorded at `until` or before.
  virtual Result<void> forget_until(AttemptKind kind, std::string_view key, UtcTime until) = 0;
  /// Those recorded at this very moment.
  virtual Result<void> forget_at(AttemptKind kind, std::string_view key, UtcTime at) = 0;
};

}  // namespace portal
