#pragma once

#include "base/key_file.hpp"
#include "domain/ports/master_keys.hpp"
#include "fixture.hpp"

namespace portal::test {

inline constexpr int kPeople = 25;
inline constexpr std::string_view kAddress = "192.0.2.9";

inline AuditEvent event(UtcTime when = kNoon) {
  AuditEvent made;
  made.when = when;
  made.what = "login.granted";
  return made;
}

inline std::string email_of(int number) { return "p" + std::to_string(number) + "@example.ch"; }
inline std::string login_of(int number) { return "login" + std::to_string(number); }

/// A store with people of all kinds, under its first key.
struct Populated : StoreFixture {
  Populated() {
    for (int number = 0; number < kPeople; ++number) {
      accounts.push_back(
          stored_account(*this, numbered_ahv(number), email_of(number), login_of(number)));
    }
    const Account& anna = accounts.front();
    letter = letter_for(anna.person);
    Factor factor;
    factor.id = FactorId::random();
    factor.account = anna.id;
    factor.seed = Secret("the seed of anna");
    factor.created = kNoon;
    Registration registration = registration_of(anna.person, letter.id);
    registration.email = anna.email;
    message.id = MessageId::random();
    message.recipient = anna.email.text();
    message.text = "mail.confirm_address";
    message.values = {{"code", "83920174"}};
    message.portal = PortalId("flex");
    message.order_key = anna.person.text();
    message.created = kNoon;
    message.expires = kNoon + 24h;
    Message failed = message;
    failed.id = MessageId::random();
    failed.order_key = "another";
    PasswordReset reset;
    reset.id = ResetId::random();
    reset.token_index = "reset-index-1";
    reset.account = anna.id;
    reset.email = anna.email;
    scope.subject = anna.id.text();
    write([&](Transaction& t) {
      got(t.people().issue(letter, code()));
      got(t.accounts().add_factor(factor));
      got(t.registrations().add(registration));
      got(t.outbox().put(message));
      got(t.outbox().put(failed));
      // Nothing but the reason is left of it.
      got(t.outbox_queue().finish(failed.id, MessageState::failed, kNoon, "refused by name"));
      got(t.password_resets().add(reset));
      got(t.challenges().open(scope, Secret("447683"), kNoon, kNoon + 10min));
      got(t.attempts().record(AttemptKind::wrong_code, anna.id.text(), kNoon));
      got(t.proofs().leave(anna.id, source, kNoon + 10min));
      got(t.audit().append(event()));
    });
  }

  /// Adds a key to the file, and makes it the active one.
  void change_keys() {
    got(add_key_to_file(key_file()));
    got(keyring.take_up(key_file()));
    const std::string newest = keyring.fingerprints().front();
    std::string first;
    write([&](Transaction& t) {
      got(t.keys().activate(newest, kNoon + 1h));
      first = got(t.keys().used()).front().fingerprint;
    });
    got(keyring.use(first, newest));
  }
  Resealed step(int limit) {
    Resealed done;
    write([&](Transaction& t) { done = got(t.keys().reseal(limit)); });
    return done;
  }
  bool is_left() {
    bool left = false;
    read([&](Transaction& t) { left = got(t.keys().resealing()).has_value(); });
    return left;
  }
  void reseal_all(int limit = 7) {
    while (is_left()) step(limit);
  }
  std::int64_t earlier(std::string_view what) {
    std::int64_t left = -1;
    read([&](Transaction& t) {
      for (const KeyNeed& need : got(t.keys().needs(kNoon))) {
        if (need.what == what) left = need.earlier;
      }
    });
    return left;
  }

  /// Everything is found and read, whatever it is sealed with.
  void assert_all_there() {
    read([&](Transaction& t) {
      for (int number = 0; number < kPeople; ++number) {
        const auto person = got(t.people().find_by_ahv(numbered_ahv(number)));
        assert_true(person.has_value());
        assert_text(person->given_name, "Vera");
        const auto account = got(t.accounts().find_by_name(got(UserName::parse(login_of(number)))));
        assert_true(account.has_value());
        assert_text(account->email.text(), email_of(number));
        assert_text(account->dn, accounts[static_cast<std::size_t>(number)].dn);
        assert_true(got(t.accounts().find_by_email(got(EmailAddress::parse(email_of(number)))))
                        .has_value());
      }
      const AccountId& anna = accounts.front().id;
      assert_text(got(t.accounts().factor_of(anna))->seed.reveal(), "the seed of anna");
      assert_true(got(t.registrations().find_by_token("token-index-1")).has_value());
      const auto reset = got(t.password_resets().find_by_token("reset-index-1"));
      assert_text(reset.value().email.value().text(), email_of(0));
      assert_true(got(t.people().code_matches(letter.id, code())));
      const auto challenge = got(t.challenges().current(scope));
      assert_true(got(t.challenges().matches(challenge->id, Secret("447683"))));
      assert_false(got(t.challenges().matches(challenge->id, Secret("447684"))));
      assert_int_equal(got(t.attempts().count(AttemptKind::wrong_code, anna.text(), kNoon - 1h)),
                       1);
      assert_true(got(t.proofs().waits(anna, source, kNoon)));
      assert_true(got(t.outbox().holds(accounts.front().person.text())));
      assert_int_equal(got(t.audit().verify()), 0);
    });
  }

  std::vector<Account> accounts;
  Letter letter;
  Message message;
  ChallengeScope scope{ChallengePurpose::log_in, "", "sshd"};
  Source source{std::string(kAddress), "sshd"};
};

}  // namespace portal::test
