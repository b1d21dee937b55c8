#include "domain/login_prompts.hpp"

#include <chrono>

#include "domain/ports/phrasebook.hpp"

namespace portal {
namespace {

/// The service's own words are meant to be matched on, so they stand first. What follows tells
/// where the code is to be found.
std::string led_by(const std::string& own_words, std::string text) {
  return own_words.empty() ? std::move(text) : own_words + " " + text;
}

}  // namespace

bool asks_once(const ServiceProfile& profile) noexcept {
  return profile.conversation == ServiceProfile::Conversation::single && profile.second_factor;
}

Prompt password_prompt(const Phrasebook& phrases, const LoginConversation& conversation) {
  const ServiceProfile& profile = conversation.profile;
  if (!profile.password_prompt.empty())
    return {Prompt::Kind::password, false, profile.password_prompt + " "};
  if (!asks_once(profile))
    return {Prompt::Kind::password, false, phrases.text(conversation.language, "prompt.password")};
  std::string text = profile.separator.empty()
                         ? phrases.text(conversation.language, "prompt.password_then_code")
                         : phrases.text(conversation.language, "prompt.password_and_code",
                                        {{"separator", profile.separator}});
  return {Prompt::Kind::password, false, std::move(text)};
}

Prompt code_prompt(const Phrasebook& phrases, const LoginConversation& conversation,
                   const Factor& factor) {
  const std::string& words = conversation.profile.code_prompt;
  if (factor.kind == FactorKind::sms && factor.phone) {
    return {Prompt::Kind::sms_code, false,
            led_by(words, phrases.text(conversation.language, "prompt.sms",
                                       {{"phone", factor.phone->masked()}}))};
  }
  return {Prompt::Kind::totp_code, false,
          led_by(words, phrases.text(conversation.language, "prompt.totp"))};
}

std::string notice_of(const Phrasebook& phrases, const LoginConversation& conversation) {
  const BindAnswer& answer = conversation.password;
  if (answer.grace_logins_left) {
    return phrases.text(conversation.language, "notice.grace_logins",
                        {{"count", std::to_string(*answer.grace_logins_left)}});
  }
  if (!answer.expires_in) return {};
  const auto days = std::chrono::ceil<std::chrono::days>(*answer.expires_in).count();
  return phrases.text(conversation.language, "notice.password_expires",
                      {{"days", std::to_string(days)}});
}

}  // namespace portal
