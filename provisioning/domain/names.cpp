#include "domain/names.hpp"

#include <array>
#include <cstddef>

namespace portal {
namespace {

/// The names of an enum in the order of its enumerators.
template <class Enum, std::size_t Count>
struct Names {
  std::array<std::string_view, Count> names;

  constexpr std::string_view of(Enum value) const noexcept {
    const auto number = static_cast<std::size_t>(value);
    return number < Count ? names[number] : std::string_view("unknown");
  }
  constexpr std::optional<Enum> parse(std::string_view name) const noexcept {
    for (std::size_t number = 0; number < Count; ++number) {
      if (names[number] == name) return static_cast<Enum>(number);
    }
    return std::nullopt;
  }
};

constexpr Names<AccountState, 3> kAccountStates{{"activating", "active", "disabled"}};
static_assert(kAccountStates.of(AccountState::disabled) == "disabled");

constexpr Names<FactorKind, 2> kFactorKinds{{"totp", "sms"}};
static_assert(kFactorKinds.of(FactorKind::sms) == "sms");

constexpr Names<RegistrationStep, 10> kRegistrationSteps{
    {"credentials", "mail_code", "factor_choice", "phone_number", "sms_code", "app_code",
     "activating", "done", "log_in", "abandoned"}};
static_assert(kRegistrationSteps.of(RegistrationStep::app_code) == "app_code");
static_assert(kRegistrationSteps.of(RegistrationStep::abandoned) == "abandoned");

constexpr Names<ChallengePurpose, 3> kChallengePurposes{{"prove_mail", "prove_phone", "log_in"}};
static_assert(kChallengePurposes.of(ChallengePurpose::log_in) == "log_in");

constexpr Names<AttemptKind, 17> kAttemptKinds{
    {"activation_data", "activation_address", "sms_to_number", "sms_from_address", "mail_to_person",
     "wrong_password", "wrong_code", "wrong_bind", "known_source", "sms_to_unproven", "sms_in_all",
     "sms_enrolling", "sms_alarm", "reset_mail", "reset_source", "reset_code", "sms_verified"}};
static_assert(kAttemptKinds.of(AttemptKind::sms_to_number) == "sms_to_number");
static_assert(kAttemptKinds.of(AttemptKind::known_source) == "known_source");
static_assert(kAttemptKinds.of(AttemptKind::sms_alarm) == "sms_alarm");
static_assert(kAttemptKinds.of(AttemptKind::reset_code) == "reset_code");
static_assert(kAttemptKinds.of(AttemptKind::sms_verified) == "sms_verified");

constexpr Names<ResetStep, 6> kResetSteps{
    {"mail_code", "factor", "new_password", "changing", "done", "abandoned"}};
static_assert(kResetSteps.of(ResetStep::changing) == "changing");
static_assert(kResetSteps.of(ResetStep::abandoned) == "abandoned");

constexpr Names<SessionKind, 2> kSessionKinds{{"web", "pam"}};
static_assert(kSessionKinds.of(SessionKind::pam) == "pam");

constexpr Names<Channel, 2> kChannels{{"mail", "sms"}};
static_assert(kChannels.of(Channel::sms) == "sms");

constexpr Names<MessageState, 5> kMessageStates{
    {"waiting", "handed_over", "sent", "expired", "failed"}};
static_assert(kMessageStates.of(MessageState::failed) == "failed");

}  // namespace

std::string_view name_of(AccountState state) noexcept { return kAccountStates.of(state); }
std::string_view name_of(FactorKind kind) noexcept { return kFactorKinds.of(kind); }
std::string_view name_of(RegistrationStep step) noexcept { return kRegistrationSteps.of(step); }
std::string_view name_of(ResetStep step) noexcept { return kResetSteps.of(step); }
std::string_view name_of(ChallengePurpose purpose) noexcept {
  return kChallengePurposes.of(purpose);
}
std::string_view name_of(AttemptKind kind) noexcept { return kAttemptKinds.of(kind); }
std::string_view name_of(SessionKind kind) noexcept { return kSessionKinds.of(kind); }
std::string_view name_of(Channel channel) noexcept { return kChannels.of(channel); }
std::string_view name_of(MessageState state) noexcept { return kMessageStates.of(state); }

std::optional<AccountState> parse_account_state(std::string_view name) noexcept {
  return kAccountStates.parse(name);
}
std::optional<FactorKind> parse_factor_kind(std::string_view name) noexcept {
  return kFactorKinds.parse(name);
}
std::optional<RegistrationStep> parse_registration_step(std::string_view name) noexcept {
  return kRegistrationSteps.parse(name);
}
std::optional<ResetStep> parse_reset_step(std::string_view name) noexcept {
  return kResetSteps.parse(name);
}
std::optional<ChallengePurpose> parse_challenge_purpose(std::string_view name) noexcept {
  return kChallengePurposes.parse(name);
}
std::optional<AttemptKind> parse_attempt_kind(std::string_view name) noexcept {
  return kAttemptKinds.parse(name);
}
std::optional<SessionKind> parse_session_kind(std::string_view name) noexcept {
  return kSessionKinds.parse(name);
}
std::optional<Channel> parse_channel(std::string_view name) noexcept {
  return kChannels.parse(name);
}
std::optional<MessageState> parse_message_state(std::string_view name) noexcept {
  return kMessageStates.parse(name);
}

}  // namespace portal
