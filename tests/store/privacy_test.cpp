#include <fstream>
#include <sstream>

#include "base/encoding.hpp"
#include "everything.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kSeed = "\x01\x02\xfeqUx:TOTP-seed-~0";

Message secret_message() {
  Message message;
  message.id = MessageId::random();
  message.recipient = "recipient@privat.example";
  message.text = "mail.confirm_address";
  message.values = {{"code", "83920174"}, {"greeting", "Liebe Frau Zwyssig"}};
  message.portal = PortalId("flex");
  message.order_key = "order-key-of-vera";
  message.created = kNoon;
  message.expires = kNoon + 24h;
  return message;
}

Factor factor_of(const AccountId& account) {
  Factor factor;
  factor.id = FactorId::random();
  factor.account = account;
  factor.seed = Secret(kSeed);
  factor.phone = got(PhoneNumber::from_e164("+41791234567"));
  factor.created = kNoon;
  return factor;
}

/// One row at least in each table, with everything that must not be seen.
Account fill(StoreFixture& f) {
  Person person = person_named("Veronika");
  person.family_name = "Zwyssig";
  const Letter letter = letter_for(person.id);
  const Account account = account_of(person.id, "Veronika.Z@Privat.example", "qlogin7");
  Registration registration = registration_of(person.id, letter.id, "index");
  registration.email = account.email;
  registration.phone = got(PhoneNumber::from_e164("+41791234567"));
  registration.seed = Secret(kSeed);
  registration.dn = "uid=qlogin7,ou=staging";
  const ChallengeScope scope{ChallengePurpose::log_in, account.id.text(), "sshd"};
  Session session;
  session.id = SessionId::random();
  session.account = account.id;
  session.token_index = f.keyring.index("token", "browser-token");
  f.write([&](Transaction& t) {
    got(t.people().put(person));
    got(t.people().issue(letter, code("K7QF-9XTM-2PWR")));
    got(t.accounts().add(account));
    got(t.accounts().add_factor(factor_of(account.id)));
    got(t.registrations().add(registration));
    PasswordReset reset;
    reset.id = ResetId::random();
    reset.account = account.id;
    reset.email = account.email;
    got(t.password_resets().add(reset));
    got(t.challenges().open(scope, Secret("44768390"), kNoon, kNoon + 10min));
    got(t.sessions().add(session));
    for (const char* key : {"7569217076985", "+41791234567", "198.51.100.77", "typed-name"}) {
      got(t.attempts().record(AttemptKind::wrong_password, key, kNoon));
    }
  });
  // One that waits for its commit, and one that was settled.
  for (const bool in_force : {true, false}) {
    const ImportId import = ImportId::random();
    std::vector<ImportRow> rows;
    rows.push_back(
        {2, PersonRow{ahv(), *person.born, person.given_name, person.family_name, PortalId("1e"),
                      AudienceId("insured"), Language::de, code("K7QF-9XTM-2PWR")}});
    f.write([&](Transaction& t) {
      got(t.imports().open(import, "uid 0", kNoon));
      got(t.imports().add(import, t.imports().seal(rows, kNoon), kNoon));
      if (in_force) got(t.imports().commit(import, kNoon, kNoon + 24h));
      if (in_force) got(t.imports().settle(10));
    });
  }
  // Changed rows leave old pages in the journal.
  person.given_name = "Veronique";
  f.write([&](Transaction& t) { got(t.people().put(person)); });
  return account;
}

void assert_hidden(const std::string& everything, std::string_view secret) {
  if (everything.find(lower(std::string(secret))) != std::string::npos) {
    fail_msg("in clear in the store: %s", std::string(secret).c_str());
  }
}

void a_dump_with_its_journal_shows_nothing_personal(void**) {
  // R5, J4
  StoreFixture f;
  const Account account = fill(f);
  const Message message = secret_message();
  f.write([&](Transaction& t) {
    got(t.outbox().put(message));
    got(t.outbox_queue().retry_at(message.id, kNoon, "550 <other@privat.example> unknown"));
  });
  const std::string everything = everything_in(f);
  // Proof that this looks at the right place.
  assert_true(everything.find(account.id.text()) != std::string::npos);
  assert_true(everything.find("mail.confirm_address") != std::string::npos);
  assert_true(everything.find("import_rows values(2,2,") != std::string::npos || on_postgresql());
  for (const std::string_view secret :
       {"7569217076985", "756.9217", "1963-04-17", "17.04.1963", "Veroni", "Zwyssig",
        "privat.example", "qlogin7", "+4179", "791234567", "K7QF9XTM2PWR", "K7QF", "44768390",
        "83920174", "Liebe Frau", "order-key-of-vera", "198.51.100.77", "typed-name",
        "browser-token"}) {
    assert_hidden(everything, secret);
  }
  const std::span<const std::byte> seed = bytes_of(kSeed);
  for (const std::string& form : {std::string(kSeed), to_hex(seed), to_base32_lower(seed),
                                  to_base64url(seed), std::string(kSeed.substr(3))}) {
    assert_hidden(everything, form);
  }
}

void a_finished_message_leaves_nothing_even_for_who_has_the_key(void**) {
  // R5, J5
  StoreFixture f;
  const Message message = secret_message();
  f.write([&](Transaction& t) { got(t.outbox().put(message)); });
  f.write(
      [&](Transaction& t) { got(t.outbox_queue().finish(message.id, MessageState::sent, kNoon)); });
  f.close();  // the journal is folded in
  got(f.direct()->query("select length(content), state from outbox", {},
                        [](sql::Row& row) -> Result<void> {
                          assert_int_equal(row.integer(), 0);
                          assert_text(row.text(), "sent");
                          return {};
                        }));
  // PostgreSQL keeps an old row, sealed, until it is vacuumed and its place used again.
  if (on_postgresql()) return;
  // Overwritten, not only unlinked (secure_delete): no long run of base64 is left.
  std::ostringstream content;
  content << std::ifstream(f.file(), std::ios::binary).rdbuf();
  std::size_t run = 0;
  std::size_t longest = 0;
  for (const char c : content.str()) {
    const bool base64 = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    run = base64 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  assert_true(longest < 100);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_dump_with_its_journal_shows_nothing_personal),
      cmocka_unit_test(a_finished_message_leaves_nothing_even_for_who_has_the_key),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
