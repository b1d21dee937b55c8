#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {

using namespace std::chrono_literals;
using namespace shapes;

Keys<RegistrationSettings> of_registration() {
  using S = RegistrationSettings;
  return {
      {"profile",
       choice(&S::profile, {{"portal", PasswordProfile::portal},
                            {"nist-800-63b-4", PasswordProfile::nist_800_63b_4}}),
       "Which rules passwords and letters follow: the portal's (8 characters with a digit, a lower "
       "case letter, an upper case letter and a special character), or NIST SP 800-63B-4 (8 "
       "characters of any kind, letters valid for 30 days at most)."},
      {"letter_lifetime", duration(&S::letter_lifetime, 1h, 400 * 24h),
       "How long the activation code of a letter is valid. A later letter ends it sooner. The "
       "profile nist-800-63b-4 allows 30d."},
      {"wrong_data_in_window", number(&S::wrong_data_in_window, 1, 100),
       "Wrong activation data per person in 15 minutes before more tries are refused."},
      {"wrong_data_in_all", number(&S::wrong_data_in_all, 1, 100),
       "Wrong activation data per person before the letter is dead until a new one is issued."},
      {"wrong_data_per_address", number(&S::wrong_data_per_address, 1, 10'000),
       "Wrong activation data per IP address (IPv6: per /64) and hour before more are refused."},
      {"mail_code_lifetime", duration(&S::mail_code_lifetime, 1h, 24h),
       "How long the confirmation code in the e-mail is valid."},
      {"mail_code_tries", number(&S::mail_code_tries, 1, 5),
       "Wrong confirmation codes from the e-mail before a new one must be sent."},
      {"mail_resends", number(&S::mail_resends, 0, 5),
       "How often the confirmation e-mail may be sent again."},
      {"mail_pause", duration(&S::mail_pause, 1s, 1h),
       "The pause after the first confirmation e-mail; it doubles each time."},
      {"mails_per_person_and_day", number(&S::mails_per_person_and_day, 1, 1'000),
       "Registration e-mails per person and day, over all their registrations."},
      {"factor_code_tries", number(&S::factor_code_tries, 1, 5),
       "Wrong codes from the SMS or the app while it is set up."},
      {"stale_after", duration(&S::stale_after, 1h, 365 * 24h),
       "A registration that nobody went on with is forgotten after this time."},
  };
}

Keys<LoginSettings> of_login() {
  using S = LoginSettings;
  return {
      {"code_tries", number(&S::code_tries, 1, 5),
       "Consecutive wrong codes per account before pauses that grow (30 s, 1, 5, 15 minutes)."},
      {"code_tries_in_all", number(&S::code_tries_in_all, 1, 100),
       "Consecutive wrong codes before the account is locked until an administrator opens it."},
      {"password_tries", number(&S::password_tries, 1, 100),
       "Wrong passwords per account and source in a day before pauses that grow (30 s, 1, 5, 15 "
       "minutes). Keep it below the directory's own limit (pwdMaxFailure)."},
      {"directory_max_failures", number(&S::directory_max_failures, 0, 10'000),
       "The directory's own limit (pwdMaxFailure), which would lock people out. Fewer wrong "
       "passwords than this are sent to it for one account, from however many sources they come. 0 "
       "if it has none."},
      {"directory_failure_window", duration(&S::directory_failure_window, 1s, 24h * 365),
       "How long the directory remembers a wrong password (pwdFailureCountInterval). \"portalctl "
       "config check\" compares both with what the directory says."},
      {"session_idle", duration(&S::session_idle, 1min, 24h),
       "A web session ends after this time without a request."},
      {"session_overall", duration(&S::session_overall, 1h, 7 * 24h),
       "A web session ends this long after the login, whatever happens in it."},
      {"pending_lifetime", duration(&S::pending_lifetime, 1min, 1h),
       "How long a web login waits for the code after the password was right."},
  };
}

Keys<SmsSettings> of_sms() {
  using S = SmsSettings;
  return {
      {"code_lifetime", duration(&S::code_lifetime, 1min, 10min), "How long an SMS code is valid."},
      {"pause", duration(&S::pause, 1s, 1h),
       "The pause between two SMS to one number. Here as below, SMS for logins and SMS to a number "
       "that somebody is just enrolling are counted apart: who enrols a number of somebody else "
       "keeps nobody from logging in."},
      {"per_number_and_hour", number(&S::per_number_and_hour, 1, 1'000),
       "SMS to one number in an hour."},
      {"per_number_and_day", number(&S::per_number_and_day, 1, 1'000),
       "SMS to one number in a day."},
      {"per_address_and_hour", number(&S::per_address_and_hour, 1, 100'000),
       "SMS asked for from one IP address (IPv6: from one /64) in an hour."},
      {"in_all_and_hour", number(&S::in_all_and_hour, 2, 1'000'000),
       "SMS to all numbers together in an hour; a bill has an end. Enrolments take at most half of "
       "it. At 80 % and at 100 % a warning is logged and an event \"alarm.sms_budget\" is written "
       "to "
       "the audit log; then the person reads that this is not possible at the moment. Set it to "
       "some times of what you usually need."},
      {"in_all_and_day", number(&S::in_all_and_day, 2, 10'000'000),
       "SMS to all numbers together in a day, in the same way."},
      {"unverified_window", duration(&S::unverified_window, 10min, 24h),
       "In which codes that were sent are compared with codes that were used. SMS that are called "
       "forth for their price (pumping) are codes that nobody types. Only codes whose lifetime is "
       "over count, so an alarm comes that much later."},
      {"unverified_minimum", number(&S::unverified_minimum, 0, 1'000'000),
       "So many codes must have been sent in it, to one country or to all together: of a few, "
       "nothing can be said. 0: no alarm."},
      {"unverified_percent", number(&S::unverified_percent, 1, 100),
       "If so many of 100 were never used, a warning is logged and an event "
       "\"alarm.sms_unverified\" is written to the audit log, once in a window. Sending goes on: "
       "what stops it is the budget of all SMS, or a country taken out of allowed_calling_codes."},
      {"home_region", text(&S::home_region, 2),
       "The country (ISO 3166, two letters) of a number typed without its country code."},
      {"allowed_calling_codes", texts(&S::allowed_calling_codes),
       "The countries that SMS may be sent to. Premium numbers are always refused."},
  };
}

}  // namespace portal::key_tables
