#pragma once

#include <string>

#include "domain/login.hpp"

namespace portal {

class Phrasebook;

/// Whether password and code come in one answer at this service.
bool asks_once(const ServiceProfile& profile) noexcept;

/// The prompt for the password, or for password and code in one, in the service's words or the
/// conversation's language. Complete in itself: clients drop everything else.
Prompt password_prompt(const Phrasebook& phrases, const LoginConversation& conversation);

/// The prompt for the code of `factor`.
Prompt code_prompt(const Phrasebook& phrases, const LoginConversation& conversation,
                   const Factor& factor);

/// What the directory's policy wants the person to know after a login: the password expires soon,
/// or has; empty if nothing.
std::string notice_of(const Phrasebook& phrases, const LoginConversation& conversation);

}  // namespace portal
