#pragma once

#include <string_view>

#include "identity/id.hpp"

namespace portal {

/// Why a person did not get on. Every face (page, prompt) has one clear sentence for each.
enum class RefusalReason {
  wrong_data,  ///< activation data; never says which (requirement R7)
  wrong_code,  ///< a code we sent, or the app's
  expired_code,
  wrong_credentials,   ///< user name or password; never says which (L5)
  too_many_tries,      ///< try again later
  must_wait,           ///< a resend too soon
  code_sent,           ///< single prompt, SMS: the password was right; now password and code
  not_understood,      ///< an answer that is none of those asked for
  code_missing,        ///< single prompt, app: the password was right, no code stood behind it
  start_again,         ///< this registration is over; the letter still counts
  code_used,           ///< the letter has been used by an earlier registration
  address_taken,       ///< proven, but meanwhile somebody else's (spouses)
  number_not_allowed,  ///< country not on the list, or premium
  account_unusable,    ///< locked, disabled, expired: after the right password only
  factor_missing,      ///< web: a new letter is what helps; after the right password only
  unavailable,         ///< not possible at the moment, the data are kept
};
std::string_view name_of(RefusalReason reason) noexcept;

/// A refusal as the person sees it.
struct Refusal {
  RefusalReason reason = RefusalReason::unavailable;
  DecisionId decision;
};

}  // namespace portal
