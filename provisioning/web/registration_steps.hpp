#pragma once

#include <string>

#include "domain/ports/registrations.hpp"

namespace portal::web {

/// The page of a registration's step: where every redirect of the wizard leads (requirement R8).
std::string path_of(RegistrationStep step);

/// Its number in "step 2 of 6"; 0 for what is no step of the wizard.
int number_of(RegistrationStep step) noexcept;

}  // namespace portal::web
