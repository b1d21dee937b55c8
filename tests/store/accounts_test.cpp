#include "domain/ports/accounts.hpp"

#include "fixture.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void an_account_is_found_by_each_of_its_names(void**) {
  // R5
  StoreFixture f;
  const Account vera = stored_account(f);
  const auto is_vera = [&](const std::optional<Account>& found) {
    assert_true(found.has_value());
    assert_text(found->id.text(), vera.id.text());
    assert_text(found->person.text(), vera.person.text());
    assert_text(found->email.text(), "vera@example.ch");
    assert_text(found->login_name, "u4k2m9");
    assert_text(found->entry_uuid, vera.entry_uuid);
    assert_text(found->dn, vera.dn);
    assert_true(found->language == Language::it);
    assert_true(found->state == AccountState::activating);
    assert_false(found->locked.has_value());
    assert_true(found->created == kNoon);
  };
  f.read([&](Transaction& t) {
    is_vera(got(t.accounts().get(vera.id)));
    is_vera(got(t.accounts().find_by_email(got(EmailAddress::parse("VERA@Example.CH")))));
    is_vera(got(t.accounts().find_by_person(vera.person)));
    is_vera(got(t.accounts().find_by_name(got(UserName::parse("Vera@example.ch")))));
    is_vera(got(t.accounts().find_by_name(got(UserName::parse("U4K2M9")))));
    assert_false(got(t.accounts().find_by_name(got(UserName::parse("nobody")))).has_value());
    assert_false(got(t.accounts().find_by_person(PersonId("nobody"))).has_value());
    assert_error(t.accounts().get(AccountId("none")), Errc::not_found);
  });
}

void person_address_and_login_name_have_one_account_each(void**) {
  // R4, R14
  StoreFixture f;
  const Account vera = stored_account(f);
  const Person other = person_named("Otto", ahv("756.1234.5678.97"));
  f.write([&](Transaction& t) {
    got(t.people().put(other));
    assert_error(t.accounts().add(account_of(vera.person, "second@example.ch", "x1")),
                 Errc::conflict);
    assert_error(t.accounts().add(account_of(other.id, "Vera@Example.ch", "x2")), Errc::conflict);
    assert_error(t.accounts().add(account_of(other.id, "otto@example.ch", "u4k2m9")),
                 Errc::conflict);
    got(t.accounts().add(account_of(other.id, "otto@example.ch", "x3")));
  });
}

void accounts_are_listed_in_pages_by_creation(void**) {
  // J5
  StoreFixture f;
  for (int i = 0; i < 5; ++i) {
    const std::string number = std::to_string(i);
    const Person person = person_named("P" + number, numbered_ahv(i));
    Account account = account_of(person.id, "p" + number + "@example.ch", "p" + number);
    // Two in the same millisecond.
    account.created = kNoon + std::chrono::milliseconds(i / 2);
    f.write([&](Transaction& t) {
      got(t.people().put(person));
      got(t.accounts().add(account));
    });
  }
  f.read([&](Transaction& t) {
    std::vector<Account> listed = got(t.accounts().list(AccountId(), 2));
    assert_int_equal(listed.size(), 2);
    std::vector<Account> next = got(t.accounts().list(listed.back().id, 2));
    assert_int_equal(next.size(), 2);
    const std::vector<Account> last = got(t.accounts().list(next.back().id, 2));
    assert_int_equal(last.size(), 1);
    assert_text(last.front().login_name, "p4");
    assert_true(listed.back().created <= next.front().created);
    assert_true(listed.back().id != next.front().id);
  });
}

void changes_of_an_account_are_kept(void**) {
  // M4
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    got(t.accounts().set_state(vera.id, AccountState::disabled));
    got(t.accounts().set_dn(vera.id, "uid=x,ou=elsewhere"));
    got(t.accounts().set_locked(vera.id, kNoon + 1s));
    got(t.accounts().set_language(vera.id, Language::en));
  });
  f.write([&](Transaction& t) {
    const Account found = got(t.accounts().get(vera.id));
    assert_true(found.state == AccountState::disabled);
    assert_text(found.dn, "uid=x,ou=elsewhere");
    assert_true(found.locked == kNoon + 1s);
    assert_true(found.language == Language::en);
    got(t.accounts().set_locked(vera.id, std::nullopt));
    assert_false(got(t.accounts().get(vera.id)).locked.has_value());
    const AccountId none("none");
    assert_error(t.accounts().set_state(none, AccountState::active), Errc::not_found);
    assert_error(t.accounts().set_dn(none, "x"), Errc::not_found);
    assert_error(t.accounts().set_locked(none, kNoon), Errc::not_found);
    assert_error(t.accounts().set_language(none, Language::fr), Errc::not_found);
  });
}

void memberships_are_added_once(void**) {
  StoreFixture f;
  const Account vera = stored_account(f);
  const Membership flex{vera.id, PortalId("flex"), AudienceId("insured"), kNoon};
  const Membership one_e{vera.id, PortalId("1e"), AudienceId("pensioner"), kNoon + 1s};
  f.write([&](Transaction& t) {
    got(t.accounts().add_membership(flex));
    got(t.accounts().add_membership(one_e));
    got(t.accounts().add_membership(flex));
    const std::vector<Membership> all = got(t.accounts().memberships(vera.id));
    assert_int_equal(all.size(), 2);
    assert_text(all[0].portal.text(), "flex");
    assert_text(all[1].audience.text(), "pensioner");
    assert_true(all[1].since == kNoon + 1s);
  });
}

void the_newest_terms_of_each_portal_count(void**) {
  // R9
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    got(t.accounts().accept_terms(vera.id, {PortalId("flex"), "2", "bb", Language::it, kNoon}));
    got(t.accounts().accept_terms(vera.id,
                                  {PortalId("flex"), "1", "aa", Language::de, kNoon - 1h}));
    const TermsAcceptance terms =
        got(t.accounts().accepted_terms(vera.id, PortalId("flex"))).value();
    assert_text(terms.version, "2");
    assert_text(terms.hash, "bb");
    assert_true(terms.language == Language::it);
    assert_true(terms.accepted == kNoon);
    assert_false(got(t.accounts().accepted_terms(vera.id, PortalId("1e"))).has_value());
  });
}

Factor totp_of(const AccountId& account) {
  Factor factor;
  factor.id = FactorId::random();
  factor.account = account;
  factor.kind = FactorKind::totp;
  factor.seed = Secret(std::string_view("\0\x01\xff seed: 20 bytes.\0", 20));
  factor.last_step = 100;
  factor.offset = -1;
  factor.created = kNoon;
  return factor;
}

void a_factor_comes_back_as_it_was_stored(void**) {
  // T7, T8
  StoreFixture f;
  const Account vera = stored_account(f);
  const Factor totp = totp_of(vera.id);
  f.write([&](Transaction& t) {
    got(t.accounts().add_factor(totp));
    const Factor found = got(t.accounts().factor_of(vera.id)).value();
    assert_text(found.id.text(), totp.id.text());
    assert_true(found.kind == FactorKind::totp);
    assert_true(found.seed.equals(totp.seed));
    assert_int_equal(found.last_step, 100);
    assert_int_equal(found.offset, -1);
    assert_false(found.phone.has_value());
    assert_error(t.accounts().add_factor(totp_of(vera.id)), Errc::conflict);
    got(t.accounts().remove_factor(vera.id));
    assert_false(got(t.accounts().factor_of(vera.id)).has_value());
    Factor sms = totp_of(vera.id);
    sms.kind = FactorKind::sms;
    sms.seed = Secret();
    sms.phone = got(PhoneNumber::from_e164("+41791234567"));
    got(t.accounts().add_factor(sms));
    const Factor second = got(t.accounts().factor_of(vera.id)).value();
    assert_true(second.kind == FactorKind::sms);
    assert_text(second.phone.value().e164(), "+41791234567");
    assert_true(second.seed.empty());
  });
}

void a_step_is_burnt_once_and_never_an_earlier_one(void**) {
  // T4
  StoreFixture f;
  const Account vera = stored_account(f);
  const Factor totp = totp_of(vera.id);
  f.write([&](Transaction& t) {
    got(t.accounts().add_factor(totp));
    assert_false(got(t.accounts().burn_step(totp.id, 100, 0)));
    assert_true(got(t.accounts().burn_step(totp.id, 101, 1)));
    assert_false(got(t.accounts().burn_step(totp.id, 101, 1)));
    assert_false(got(t.accounts().burn_step(totp.id, 99, 0)));
    assert_false(got(t.accounts().burn_step(FactorId("none"), 500, 0)));
    const Factor found = got(t.accounts().factor_of(vera.id)).value();
    assert_int_equal(found.last_step, 101);
    assert_int_equal(found.offset, 1);
  });
}

void only_an_account_that_never_was_active_is_removed(void**) {
  // R13
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    got(t.accounts().add_factor(totp_of(vera.id)));
    got(t.accounts().add_membership({vera.id, PortalId("flex"), AudienceId("insured"), kNoon}));
    got(t.accounts().set_state(vera.id, AccountState::active));
    assert_error(t.accounts().remove(vera.id), Errc::denied);
    got(t.accounts().set_state(vera.id, AccountState::activating));
    got(t.accounts().remove(vera.id));
    got(t.accounts().remove(vera.id));
    assert_error(t.accounts().get(vera.id), Errc::not_found);
    assert_false(got(t.accounts().factor_of(vera.id)).has_value());
    assert_true(got(t.accounts().memberships(vera.id)).empty());
  });
}

void a_seed_moved_to_another_row_does_not_open(void**) {
  // R5, T7
  StoreFixture f;
  const Account vera = stored_account(f);
  const Account otto = stored_account(f, ahv("756.1234.5678.97"), "otto@example.ch", "u2");
  f.write([&](Transaction& t) {
    got(t.accounts().add_factor(totp_of(vera.id)));
    got(t.accounts().add_factor(totp_of(otto.id)));
  });
  const auto direct = f.direct();
  got(
      direct->execute("update factors set personal = (select personal from factors where account ="
                      " :vera) where account = :otto",
                      {{"vera", vera.id.text()}, {"otto", otto.id.text()}}));
  const Result<void> read = f.store->read([&](Transaction& t) -> Result<void> {
    const auto factor = t.accounts().factor_of(otto.id);
    if (!factor) return fail(factor.error());
    return {};
  });
  assert_error(read, Errc::internal);
  assert_text(read.error().detail.substr(0, 15), "store: factors/");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_account_is_found_by_each_of_its_names),
      cmocka_unit_test(person_address_and_login_name_have_one_account_each),
      cmocka_unit_test(accounts_are_listed_in_pages_by_creation),
      cmocka_unit_test(changes_of_an_account_are_kept),
      cmocka_unit_test(memberships_are_added_once),
      cmocka_unit_test(the_newest_terms_of_each_portal_count),
      cmocka_unit_test(a_factor_comes_back_as_it_was_stored),
      cmocka_unit_test(a_step_is_burnt_once_and_never_an_earlier_one),
      cmocka_unit_test(only_an_account_that_never_was_active_is_removed),
      cmocka_unit_test(a_seed_moved_to_another_row_does_not_open),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
