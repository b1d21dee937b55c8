#pragma once

#include <chrono>
#include <set>
#include <string>

#include "identity/password_rules.hpp"

namespace portal {

class SmsWay;

/// The budgets of SMS, wherever one is sent (requirement S2).
struct SmsSettings {
  std::chrono::minutes code_lifetime{10};  ///< R11, S1
  std::chrono::seconds pause{30};          ///< per number, as are the next two; proven numbers
                                           ///< and unproven ones are counted apart
  int per_number_and_hour = 5;
  int per_number_and_day = 10;
  int per_address_and_hour = 20;
  int in_all_and_hour = 1'000;  ///< to whomever; enrolments take at most half of it
  int in_all_and_day = 5'000;
  std::chrono::minutes unverified_window{60};  ///< in which codes are compared with their use
  int unverified_minimum = 50;                 ///< codes in it; fewer prove nothing; 0: no alarm
  int unverified_percent = 80;                 ///< never used: an alarm from here on
  std::string home_region = "CH";              ///< completes a number typed without its country
  std::set<std::string> allowed_calling_codes = {"+41", "+423"};
  /// Asked before somebody is asked for a code; nullptr: an SMS can always leave.
  const SmsWay* way = nullptr;
};

/// The rules of registration that an installation may change; defaults from REQUIREMENTS.md.
struct RegistrationSettings {
  PasswordProfile profile = PasswordProfile::portal;
  std::chrono::hours letter_lifetime{400 * 24};  ///< R3; 30 days in the nist profile
  int wrong_data_in_window = 5;                  ///< R6: per person in 15 minutes
  int wrong_data_in_all = 100;                   ///< R6: per person until reissued
  int wrong_data_per_address = 20;               ///< R6: per IP address and hour
  std::chrono::hours mail_code_lifetime{24};     ///< R10
  int mail_code_tries = 5;                       ///< R10
  int mail_resends = 5;                          ///< R10
  std::chrono::seconds mail_pause{30};           ///< R10: after the first mail; doubles each time
  int mails_per_person_and_day = 12;             ///< over all registrations of a person
  int factor_code_tries = 5;                     ///< R11: SMS code or the app's first code
  std::chrono::hours stale_after{30 * 24};       ///< J5
  SmsSettings sms{};
};

/// The rules of logging in.
struct LoginSettings {
  int code_tries = 5;           ///< T5: consecutive wrong codes, then pauses that grow
  int code_tries_in_all = 100;  ///< T5: consecutive, then locked
  int password_tries = 5;       ///< T6: in a day, per (account, source), then pauses that grow
  /// The directory's own limit (pwdMaxFailure, pwdFailureCountInterval): it would lock the owner
  /// out, so fewer wrong passwords than this are ever sent to it for one account. 0: it has none.
  int directory_max_failures = 20;
  std::chrono::seconds directory_failure_window{900};
  std::chrono::minutes session_idle{15};      ///< W3
  std::chrono::hours session_overall{12};     ///< W3
  std::chrono::minutes pending_lifetime{10};  ///< between password and code on the web
  SmsSettings sms{};
};

/// Refusals leave this long after the request came, successes at once (DESIGN.md section 4).
inline constexpr std::chrono::milliseconds kDefaultRefusalSchedule{400};

}  // namespace portal
