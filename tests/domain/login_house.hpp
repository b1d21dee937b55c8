#pragma once

#include <string_view>

#include "support/house.hpp"

namespace portal::test {

using namespace std::chrono_literals;

inline constexpr std::string_view kName = "anna.muster@example.ch";

inline LoginConversation conversation(const House& house, std::string_view name = kName) {
  LoginConversation made;
  made.typed_name = name;
  made.service = "sshd";
  made.source = {house.source.address, "sshd"};
  made.language = Language::en;
  return made;
}

/// A person registered by app; the codes of the steps up to now are burnt.
inline Secret with_app(House& house) {
  house.invite(kAhv, kBorn, kCode);
  RegisteredApp made = registered_by_app(house);
  house.clock.advance(30s);
  return std::move(made.seed);
}

inline Secret code_now(const House& house, const Secret& seed) {
  return *house.totp.code_at(seed, to_millis(house.clock.now()) / 30'000);
}

inline Secret wrong_for(const House& house, const Secret& seed) {
  const Secret now = code_now(house, seed);
  const Secret past = *house.totp.code_at(seed, to_millis(house.clock.now()) / 30'000 - 1);
  for (const std::string_view guess : {"000000", "000001", "000002"}) {
    if (guess != now.reveal() && guess != past.reveal()) return Secret(guess);
  }
  return Secret("000003");
}

inline RefusalReason refusal_of(const LoginStep& step) {
  const auto* refusal = std::get_if<Refusal>(&step);
  if (!refusal) fail_msg("%s", "expected a refusal");
  return refusal->reason;
}

/// The password prompt answered well; waits at the code.
inline LoginConversation at_the_code(House& house) {
  LoginConversation made = conversation(house);
  const LoginStep step = house.login->answer(made, Secret(kPassword));
  if (const auto* refusal = std::get_if<Refusal>(&step)) {
    fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  }
  return made;
}

inline bool is_granted(const LoginStep& step) { return std::holds_alternative<Granted>(step); }

}  // namespace portal::test
