#include "web/registration_steps.hpp"

namespace portal::web {

std::string path_of(RegistrationStep step) {
  switch (step) {
    case RegistrationStep::credentials: return "/register/credentials";
    case RegistrationStep::mail_code: return "/register/mail-code";
    case RegistrationStep::factor_choice: return "/register/factor";
    case RegistrationStep::phone_number: return "/register/phone";
    case RegistrationStep::sms_code: return "/register/sms-code";
    case RegistrationStep::app_code: return "/register/app";
    case RegistrationStep::activating:
    case RegistrationStep::done: return "/register/done";
    case RegistrationStep::log_in: return "/login";
    case RegistrationStep::abandoned: return "/register";
  }
  return "/register";
}

int number_of(RegistrationStep step) noexcept {
  switch (step) {
    case RegistrationStep::credentials: return 2;
    case RegistrationStep::mail_code: return 3;
    case RegistrationStep::factor_choice:
    case RegistrationStep::phone_number: return 4;
    case RegistrationStep::sms_code:
    case RegistrationStep::app_code: return 5;
    case RegistrationStep::activating:
    case RegistrationStep::done: return 6;
    case RegistrationStep::log_in:
    case RegistrationStep::abandoned: return 0;
  }
  return 0;
}

}  // namespace portal::web
