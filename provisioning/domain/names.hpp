#pragma once

#include <optional>
#include <string_view>

#include "domain/ports/accounts.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/password_resets.hpp"
#include "domain/ports/registrations.hpp"
#include "domain/ports/sessions.hpp"

namespace portal {

// The way back from each `name_of`: the value of exactly this name, nothing for any other text.
// The names are stored and shown by interfaces, so they never change.

std::optional<AccountState> parse_account_state(std::string_view name) noexcept;
std::optional<FactorKind> parse_factor_kind(std::string_view name) noexcept;
std::optional<RegistrationStep> parse_registration_step(std::string_view name) noexcept;
std::optional<ResetStep> parse_reset_step(std::string_view name) noexcept;
std::optional<ChallengePurpose> parse_challenge_purpose(std::string_view name) noexcept;
std::optional<AttemptKind> parse_attempt_kind(std::string_view name) noexcept;
std::optional<SessionKind> parse_session_kind(std::string_view name) noexcept;
std::optional<Channel> parse_channel(std::string_view name) noexcept;
std::optional<MessageState> parse_message_state(std::string_view name) noexcept;

}  // namespace portal
