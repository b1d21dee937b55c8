#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/keyring.hpp"
#include "domain/administration.hpp"
#include "domain/factor_change.hpp"
#include "domain/factor_enrolment.hpp"
#include "domain/imports.hpp"
#include "domain/login.hpp"
#include "domain/password_change.hpp"
#include "domain/password_reset.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"
#include "domain/recovery.hpp"
#include "domain/registration.hpp"
#include "domain/sessions.hpp"
#include "factors/qr.hpp"
#include "factors/totp.hpp"
#include "store/sql_store.hpp"
#include "support/cmocka.hpp"
#include "support/fake_directory.hpp"
#include "support/manual_clock.hpp"
#include "support/temporary_folder.hpp"

namespace portal::test {

/// Says the key and the values, so that a test sees what would be said.
class EchoPhrasebook final : public Phrasebook {
 public:
  std::string text(Language language, std::string_view key, const Values& values) const override {
    std::string said = std::string(code_of(language)) + ":" + std::string(key);
    for (const auto& [name, value] : values) said += " " + name + "=" + value;
    return said;
  }
};

inline Portal sample_portal(const std::string& id) {
  Portal portal;
  portal.id = PortalId(id);
  portal.host = id + ".example.ch";
  portal.origin = "https://" + id + ".example.ch";
  portal.name[Language::fr] = "Caisse exemple " + id;
  portal.audiences.push_back({AudienceId("insured"), {{Language::fr, "Assurés"}}, true});
  portal.audiences.push_back({AudienceId("employer"), {{Language::fr, "Employeurs"}}, false});
  portal.terms.version = "2026-01";
  portal.terms.text[Language::fr] = "Conditions";
  portal.terms.hash[Language::fr] = "00ff";
  return portal;
}

/// The domain on a real store, a directory in memory and a clock that the test sets.
class House {
 public:
  explicit House(RegistrationSettings settings = {}, LoginSettings login_settings = {})
      : keyring(made_key(key_file())),
        totp(*OathTotpCodes::create()),
        portals({sample_portal("flex"), sample_portal("1e")}),
        rules(*PasswordRules::load(settings.profile, "/usr/share/john/password.lst")) {
    auto opened = SqlStore::open(
        {"sqlite://" + (folder.path() / "portal.db").string(), 2, patience}, keyring, clock);
    assert_ok(opened);
    store = std::move(*opened);
    registration = std::make_unique<RegistrationService>(
        RegistrationService::Neighbours{*store, directory, totp, keyring, clock, portals, rules},
        settings);
    enrolments = std::make_unique<FactorEnrolments>(
        FactorEnrolments::Neighbours{totp, qr_codes, phrases, portals}, login_settings, settings);
    login = std::make_unique<LoginService>(
        LoginService::Neighbours{*store, directory, totp, keyring, clock, phrases, portals,
                                 *enrolments},
        login_settings);
    password_change = std::make_unique<PasswordChangeService>(
        PasswordChangeService::Neighbours{*store, directory, login->passwords(), totp, clock,
                                          phrases, portals, rules},
        login_settings);
    password_reset = std::make_unique<PasswordResetService>(
        PasswordResetService::Neighbours{*store, directory, totp, keyring, clock, portals, rules},
        login_settings);
    recovery = std::make_unique<RecoveryService>(
        RecoveryService::Neighbours{*store, totp, clock, portals}, login_settings);
    factor_change = std::make_unique<FactorChangeService>(
        FactorChangeService::Neighbours{*store, login->passwords(), *enrolments, totp, keyring,
                                        clock, portals},
        login_settings);
    sessions = std::make_unique<SessionService>(*store, keyring, clock, host, login_settings);
    administration =
        std::make_unique<AdministrationService>(*store, directory, clock, portals, settings);
    imports = std::make_unique<ImportService>(*store, clock, settings);
  }

  /// A person with a letter for a portal. The numbers are made up; the check digits are right.
  void invite(std::string_view ahv, std::string_view born, std::string_view code,
              const std::string& portal = "flex") {
    std::vector<PersonRow> rows;
    rows.push_back(PersonRow{*AhvNumber::parse(ahv), *BirthDate::parse(born), "Anna", "Muster",
                             PortalId(portal), AudienceId("insured"), Language::fr,
                             *ActivationCode::parse(code)});
    import(std::move(rows));
  }

  /// Rows as an import brings them, in force.
  void import(std::vector<PersonRow> rows) {
    std::vector<ImportRow> numbered;
    for (PersonRow& row : rows) {
      numbered.push_back({static_cast<std::int64_t>(numbered.size()) + 2, std::move(row)});
    }
    const auto id = imports->open(admin);
    assert_ok(id);
    assert_ok(imports->add(*id, numbered, false, admin));
    assert_ok(imports->commit(*id, static_cast<std::int64_t>(numbered.size()), admin));
  }

  Result<std::variant<Identified, Refusal>> identify(std::string_view ahv, std::string_view born,
                                                     std::string_view code,
                                                     const std::string& portal = "flex") {
    const auto number = *AhvNumber::parse(ahv);
    const auto date = *BirthDate::parse(born);
    const auto typed = *ActivationCode::parse(code);
    return registration->identify(*portals.find(PortalId(portal)), AudienceId("insured"),
                                  {number, date, typed}, Language::fr, source);
  }

  /// The messages that wait, oldest first; those taken before are not given again.
  std::vector<Message> sent() {
    std::vector<Message> all;
    assert_ok(store->write("test.sent", [&](Transaction& transaction) -> Result<void> {
      while (true) {
        auto leased = transaction.outbox_queue().lease(clock.now(), clock.now(), 100);
        if (!leased) return fail(std::move(leased).error());
        if (leased->empty()) return {};
        for (Message& message : *leased) {
          auto done =
              transaction.outbox_queue().finish(message.id, MessageState::sent, clock.now());
          if (!done) return done;
          all.push_back(std::move(message));
        }
      }
    }));
    return all;
  }

  /// The code in the newest message.
  Secret code_sent() {
    const std::vector<Message> messages = sent();
    assert_false(messages.empty());
    const auto& values = messages.back().values;
    const auto code = values.find("code");
    if (code == values.end()) fail_msg("%s", "the newest message holds no code");
    return Secret(code->second);
  }

  int event_count(std::string_view what, std::string_view outcome = "success") {
    const auto records = in_read<std::vector<AuditRecord>>(
        *store, [](Transaction& transaction) { return transaction.audit().read(0, 10'000); });
    assert_ok(records);
    return static_cast<int>(std::ranges::count_if(*records, [&](const AuditRecord& record) {
      return record.event.what == what && record.event.outcome == outcome;
    }));
  }

  std::filesystem::path key_file() const { return folder.path() / "master.key"; }

  TemporaryFolder folder;
  ManualClock clock;
  Keyring keyring;
  FakeDirectory directory;
  OathTotpCodes totp;
  QrencodeQrCodes qr_codes;
  Portals portals;
  PasswordRules rules;
  EchoPhrasebook phrases;
  HostId host{"machine", "boot"};
  std::unique_ptr<SqlStore> store;
  std::unique_ptr<RegistrationService> registration;
  std::unique_ptr<FactorEnrolments> enrolments;
  std::unique_ptr<LoginService> login;
  std::unique_ptr<PasswordChangeService> password_change;
  std::unique_ptr<PasswordResetService> password_reset;
  std::unique_ptr<RecoveryService> recovery;
  std::unique_ptr<FactorChangeService> factor_change;
  std::unique_ptr<SessionService> sessions;
  std::unique_ptr<AdministrationService> administration;
  std::unique_ptr<ImportService> imports;
  Source source{"192.0.2.7", "web"};
  Administrator admin{"uid 0", {"local", "portalctl"}};

 private:
  static Keyring made_key(const std::filesystem::path& file) {
    assert_ok(Keyring::generate(file));
    return *Keyring::load(file);
  }

  static constexpr std::chrono::milliseconds patience{20'000};
};

inline constexpr std::string_view kAhv = "756.9217.0769.85";
inline constexpr std::string_view kBorn = "17.04.1963";
inline constexpr std::string_view kCode = "K7QF-9XTM-4PWR-A";
inline constexpr std::string_view kPassword = "Regen?Bogen7unter";

/// The step an outcome led to; fails the test on a refusal.
template <class Outcome>
RegistrationStep step_of(const Outcome& outcome) {
  assert_ok(outcome);
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    fail_msg("refused: %s", std::string(name_of(refusal->reason)).c_str());
  }
  const auto* step = std::get_if<RegistrationStep>(&*outcome);
  if (!step) fail_msg("%s", "password faults");
  return *step;
}

/// Why an outcome refused; fails the test if it did not.
template <class Outcome>
RefusalReason reason_of(const Outcome& outcome) {
  assert_ok(outcome);
  const auto* refusal = std::get_if<Refusal>(&*outcome);
  if (!refusal) fail_msg("%s", "expected a refusal");
  assert_false(refusal->decision.empty());
  return refusal->reason;
}

/// Step 1 done well.
inline Secret identified(House& house, std::string_view ahv = kAhv, std::string_view code = kCode,
                         const std::string& portal = "flex") {
  auto outcome = house.identify(ahv, kBorn, code, portal);
  assert_ok(outcome);
  if (!std::holds_alternative<Identified>(*outcome)) fail_msg("%s", "not identified");
  return std::move(std::get<Identified>(*outcome).token);
}

/// Steps 1 to 3: stands at the choice of the factor.
inline Secret mail_proven(House& house, std::string_view email = "anna.muster@example.ch",
                          std::string_view ahv = kAhv, std::string_view code = kCode) {
  Secret token = identified(house, ahv, code);
  auto chosen = house.registration->choose_credentials(token, *EmailAddress::parse(email),
                                                       Secret(kPassword), house.source);
  assert_true(step_of(chosen) == RegistrationStep::mail_code);
  assert_true(step_of(house.registration->confirm_mail(token, house.code_sent(), house.source)) ==
              RegistrationStep::factor_choice);
  return token;
}

/// The whole way by SMS.
inline Secret registered_by_sms(House& house, std::string_view email = "anna.muster@example.ch",
                                std::string_view ahv = kAhv, std::string_view code = kCode,
                                std::string_view phone = "+41791234567") {
  Secret token = mail_proven(house, email, ahv, code);
  RegistrationService& registration = *house.registration;
  assert_true(step_of(registration.choose_factor(token, FactorKind::sms, house.source)) ==
              RegistrationStep::phone_number);
  assert_true(step_of(registration.give_phone(token, *PhoneNumber::parse(phone, "CH"),
                                              house.source)) == RegistrationStep::sms_code);
  assert_true(step_of(registration.confirm_sms(token, house.code_sent(), house.source)) ==
              RegistrationStep::done);
  return token;
}

struct RegisteredApp {
  Secret token;
  Secret seed;
};

/// The whole way by authenticator app.
inline RegisteredApp registered_by_app(House& house,
                                       std::string_view email = "anna.muster@example.ch",
                                       std::string_view ahv = kAhv, std::string_view code = kCode) {
  RegisteredApp made{mail_proven(house, email, ahv, code), {}};
  RegistrationService& registration = *house.registration;
  assert_true(step_of(registration.choose_factor(made.token, FactorKind::totp, house.source)) ==
              RegistrationStep::app_code);
  auto row = registration.find(made.token);
  assert_ok(row);
  made.seed = (*row)->seed.clone();
  const auto shown = house.totp.code_at(made.seed, to_millis(house.clock.now()) / 30'000);
  assert_true(step_of(registration.confirm_app(made.token, *shown, house.source)) ==
              RegistrationStep::done);
  return made;
}

}  // namespace portal::test
