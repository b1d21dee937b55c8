// What the domain sends has a value for every placeholder of its wording.

#include "messages/catalogue.hpp"
#include "messages/placeholders.hpp"
#include "support/house.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Every message of the journey, by name.
std::map<std::string, Message> journey() {
  House house;
  std::map<std::string, Message> sent;
  const auto collect = [&] {
    for (Message& message : house.sent()) sent[message.text] = std::move(message);
  };
  const auto way = [&](std::string_view email, std::string_view ahv, std::string_view code) {
    house.invite(ahv, kBorn, code);
    Secret token = identified(house, ahv, code);
    auto chosen = house.registration->choose_credentials(token, *EmailAddress::parse(email),
                                                         Secret(kPassword), house.source);
    assert_true(step_of(chosen) == RegistrationStep::mail_code);
  };
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  way("anna@example.ch", "756.1234.5678.97", "M4RT-7YHN-3KWX-B");
  collect();
  RegistrationService& registration = *house.registration;
  step_of(registration.choose_factor(token, FactorKind::sms, house.source));
  step_of(registration.give_phone(token, *PhoneNumber::parse("+41791234567", "CH"), house.source));
  const auto messages = house.sent();
  sent[messages.back().text] = messages.back();
  step_of(registration.confirm_sms(token, Secret(messages.back().values.at("code")), house.source));
  // The same address again, by somebody else.
  way("anna.muster@example.ch", "756.3047.5009.62", "N3WC-0DEN-3WCO-D");
  // The same person's second letter.
  house.invite(kAhv, kBorn, "S3CN-D1ET-T3RX-Y", "1e");
  const Secret second = identified(house, kAhv, "S3CN-D1ET-T3RX-Y", "1e");
  const auto row = registration.find(second);
  step_of(registration.join((*row)->id, (*row)->account, house.source));
  collect();
  // A change of password, and one whose end nobody has seen.
  const auto change = [&](std::string_view from, std::string_view to, bool answered) {
    house.clock.advance(std::chrono::minutes(1));
    PasswordConversation made;
    made.who.typed_name = "anna.muster@example.ch";
    made.who.service = "passwd";
    made.who.source = house.source;
    PasswordChangeService& changes = *house.password_change;
    (void)changes.start(made, Secret(from), false);
    (void)changes.answer(made, house.code_sent());
    (void)changes.answer(made, Secret(to));
    house.directory.available = answered;
    (void)changes.answer(made, Secret(to));
    house.directory.available = true;
    house.clock.advance(std::chrono::minutes(1));
    assert_ok(changes.settle());
    collect();
  };
  change(kPassword, "Schnee!Ball3hinten", true);
  change("Schnee!Ball3hinten", kPassword, false);
  // Recovery codes, and one of them used.
  const AccountId anna = (*row)->account;
  const FactorClaim claim{anna, "recovery", std::nullopt, house.source, Language::fr, anna.text()};
  assert_ok(house.recovery->call_factor(claim));
  auto issued = house.recovery->issue(claim, house.code_sent());
  assert_ok(issued);
  collect();
  LoginConversation login;
  login.stage = LoginConversation::Stage::code;
  login.account = anna;
  login.service = "web:flex";
  login.source = house.source;
  (void)house.login->answer(login, std::get<std::vector<Secret>>(*issued).front());
  collect();
  // A forgotten password, one that an administrator begins, and one that cannot be reset.
  const auto forget = [&] {
    auto begun = house.password_reset->begin(*house.portals.find(PortalId("flex")),
                                             *EmailAddress::parse("anna.muster@example.ch"),
                                             Language::fr, house.source);
    assert_ok(begun);
    collect();
  };
  forget();
  assert_ok(house.administration->start_reset(anna.text(), house.admin));
  assert_ok(house.administration->lock(anna.text(), house.admin));
  forget();
  assert_ok(house.administration->unlock(anna.text(), house.admin));
  // A factor that is set up while logging in.
  assert_ok(house.administration->reset_factor(anna.text(), house.admin));
  collect();
  assert_ok(house.administration->allow_enrolment(anna.text(), house.admin));
  LoginConversation enrolling;
  enrolling.typed_name = "anna.muster@example.ch";
  enrolling.service = "sshd";
  enrolling.source = house.source;
  // The change that nobody saw the end of was none.
  for (const std::string_view typed : {"Schnee!Ball3hinten", "1", "079 123 45 68"}) {
    const LoginStep step = house.login->answer(enrolling, Secret(typed));
    if (const auto* refusal = std::get_if<Refusal>(&step))
      fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  }
  (void)house.login->answer(enrolling, house.code_sent());
  collect();
  return sent;
}

void every_message_has_what_its_wording_needs(void**) {
  // R10, R11, R12, R14
  const auto catalogue = Catalogue::load();
  assert_ok(catalogue);
  const auto sent = journey();
  assert_int_equal(sent.size(), 14);
  for (const auto& [name, message] : sent) {
    for (const char* part : {".subject", ".body"}) {
      if (message.channel == Channel::sms && std::string_view(part) == ".subject") continue;
      assert_true((*catalogue)->has(message.language, name + part));
      const std::string text = (*catalogue)->text(message.language, name + part, message.values);
      for (const std::string& missing : messages::placeholders_of(text)) {
        fail_msg("%s%s: no value for %s", name.c_str(), part, missing.c_str());
      }
    }
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {cmocka_unit_test(every_message_has_what_its_wording_needs)};
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
