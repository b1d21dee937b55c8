#pragma once

#include <chrono>
#include <set>
#include <string>

#include "identity/password_rules.hpp"

namespace portal {

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
  std::chrono::minutes sms_code_lifetime{10};    ///< R11, S1
  int sms_code_tries = 5;                        ///< R11
  std::chrono::seconds sms_pause{30};            ///< S2: per number
  int sms_per_number_and_hour = 5;               ///< S2
  int sms_per_number_and_day = 10;               ///< S2
  int sms_per_address_and_hour = 20;             ///< S2
  std::chrono::hours stale_after{30 * 24};       ///< J5
  std::string home_region = "CH";
  std::set<std::string> allowed_calling_codes = {"+41", "+423"};
};

/// The rules of logging in.
struct LoginSettings {
  std::chrono::minutes sms_code_lifetime{10};  ///< S1
  int code_tries = 5;                          ///< T5, before the first block
  int password_tries = 5;                      ///< T6, per (account, source) in 15 minutes
  std::chrono::minutes session_idle{15};       ///< W3
  std::chrono::hours session_overall{12};      ///< W3
  std::chrono::minutes pending_lifetime{10};   ///< between password and code on the web
};

/// Refusals leave this long after the request came, successes at once (DESIGN.md section 4).
inline constexpr std::chrono::milliseconds kDefaultRefusalSchedule{400};

}  // namespace portal
