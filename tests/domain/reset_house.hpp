#pragma once

#include "domain/ports/password_resets.hpp"
#include "login_house.hpp"

namespace portal::test {

inline constexpr std::string_view kNext = "Schnee!Ball3hinten";

inline PasswordResetService::Begun begin_reset(House& house, std::string_view email = kName) {
  return house.password_reset->begin(*house.portals.find(PortalId("flex")),
                                     *EmailAddress::parse(email), Language::fr, house.source);
}

/// The browser's token of a reset that has begun; fails the test on a refusal.
inline Secret token_of(const PasswordResetService::Begun& begun) {
  assert_ok(begun);
  if (const auto* refusal = std::get_if<Refusal>(&*begun))
    fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  return std::get<ResetBegun>(*begun).token.clone();
}

/// The step that an outcome of a reset led to; fails the test on a refusal.
template <class Outcome>
ResetStep reached(const Outcome& outcome) {
  assert_ok(outcome);
  if (const auto* refusal = std::get_if<Refusal>(&*outcome))
    fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  const auto* step = std::get_if<ResetStep>(&*outcome);
  if (!step) fail_msg("%s", "the password was refused");
  return *step;
}

inline ResetStep step_at(House& house, const Secret& token) {
  const auto view = house.password_reset->view(token);
  assert_ok(view);
  assert_true(view->has_value());
  return (*view)->step;
}

/// Stands at the second factor.
inline Secret at_the_factor(House& house) {
  (void)house.sent();
  Secret token = token_of(begin_reset(house));
  assert_true(reached(house.password_reset->confirm_mail(token, house.code_sent(), house.source)) ==
              ResetStep::factor);
  return token;
}

/// Stands at the new password.
inline Secret at_the_password(House& house, const Secret& seed) {
  Secret token = at_the_factor(house);
  assert_true(reached(house.password_reset->confirm_factor(
                  token, code_now(house, seed), house.source)) == ResetStep::new_password);
  return token;
}

inline auto change_to(House& house, const Secret& token, std::string_view password = kNext) {
  return house.password_reset->change(token, Secret(password), house.source);
}

/// Whether the directory takes this password from the person.
inline bool logs_in(House& house, std::string_view password, const Secret& seed) {
  house.clock.advance(30s);
  LoginConversation made = conversation(house);
  const LoginStep step = house.login->answer(made, Secret(password));
  if (std::holds_alternative<Refusal>(step)) return false;
  return is_granted(house.login->answer(made, code_now(house, seed)));
}

inline int open_sessions(House& house, const AccountId& account) {
  const auto open = house.sessions->open(account);
  assert_ok(open);
  return static_cast<int>(open->size());
}

inline int open_intents(House& house) {
  const auto open = in_read<std::vector<Intent>>(
      *house.store, [](Transaction& transaction) { return transaction.intents().open(); });
  assert_ok(open);
  return static_cast<int>(open->size());
}

inline AccountId annas(const House& house) {
  return house.directory.entries().begin()->second.account;
}

}  // namespace portal::test
