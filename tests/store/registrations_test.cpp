#include "domain/ports/registrations.hpp"

#include "domain/names.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

struct Started {
  Person person = person_named("Vera");
  Letter letter = letter_for(person.id);
  Registration registration = registration_of(person.id, letter.id);
};

Started started(StoreFixture& f) {
  Started made;
  f.write([&](Transaction& t) {
    got(t.people().put(made.person));
    got(t.people().issue(made.letter, code()));
    got(t.registrations().add(made.registration));
  });
  return made;
}

void fill(Registration& registration) {
  registration.step = RegistrationStep::app_code;
  registration.email = got(EmailAddress::parse("Vera@Example.ch"));
  registration.address_in_use = true;
  registration.entry_uuid = "uuid-1";
  registration.dn = "uid=staged,ou=staging";
  registration.mail_sends = 2;
  registration.mail_sent = kNoon + 1s;
  registration.phone = got(PhoneNumber::from_e164("+41791234567"));
  registration.sms_sends = 3;
  registration.sms_sent = kNoon + 2s;
  registration.seed = Secret(std::string_view("\0binary\xff", 8));
  registration.updated = kNoon + 3s;
}

void a_registration_comes_back_as_it_was_stored(void**) {
  // R8, R9, R13
  StoreFixture f;
  Started s = started(f);
  f.read([&](Transaction& t) {
    const Registration fresh =
        got(t.registrations().find_by_token(s.registration.token_index)).value();
    assert_true(fresh.step == RegistrationStep::credentials);
    assert_false(fresh.email.has_value());
    assert_false(fresh.phone.has_value());
    assert_false(fresh.mail_sent.has_value());
    assert_true(fresh.seed.empty());
    assert_text(fresh.terms.version, "2025-01");
    assert_text(fresh.terms.hash, "c0ffee");
    assert_true(fresh.terms.accepted == kNoon);
    assert_false(got(t.registrations().find_by_token("other")).has_value());
    assert_error(t.registrations().get(RegistrationId("none")), Errc::not_found);
  });
  fill(s.registration);
  f.write([&](Transaction& t) {
    assert_true(got(t.registrations().update(s.registration, RegistrationStep::credentials)));
  });
  f.close();
  f.open();
  f.read([&](Transaction& t) {
    const Registration found = got(t.registrations().get(s.registration.id));
    assert_true(found.step == RegistrationStep::app_code);
    assert_text(found.email.value().text(), s.registration.email->text());
    assert_true(found.address_in_use);
    assert_text(found.entry_uuid, "uuid-1");
    assert_text(found.dn, "uid=staged,ou=staging");
    assert_int_equal(found.mail_sends, 2);
    assert_true(found.mail_sent == kNoon + 1s);
    assert_text(found.phone.value().e164(), "+41791234567");
    assert_int_equal(found.sms_sends, 3);
    assert_true(found.sms_sent == kNoon + 2s);
    assert_true(found.seed.equals(s.registration.seed));
    assert_true(found.updated == kNoon + 3s);
    assert_true(found.started == kNoon);
    assert_text(found.account.text(), s.registration.account.text());
    assert_text(found.letter.text(), s.letter.id.text());
  });
}

void an_update_from_another_step_changes_nothing(void**) {
  // R8
  StoreFixture f;
  Started s = started(f);
  f.write([&](Transaction& t) {
    s.registration.step = RegistrationStep::mail_code;
    assert_true(got(t.registrations().update(s.registration, RegistrationStep::credentials)));
    s.registration.step = RegistrationStep::factor_choice;
    assert_false(got(t.registrations().update(s.registration, RegistrationStep::credentials)));
    const Registration found = got(t.registrations().get(s.registration.id));
    assert_true(found.step == RegistrationStep::mail_code);
  });
}

void two_registrations_never_share_a_token(void**) {
  // W1
  StoreFixture f;
  const Started s = started(f);
  const Result<void> second = f.store->write("test.write", [&](Transaction& t) {
    return t.registrations().add(registration_of(s.person.id, s.letter.id));
  });
  assert_error(second, Errc::conflict);
}

void every_step_is_stored_and_only_open_ones_count(void**) {
  // R8, J5
  StoreFixture f;
  const Started s = started(f);
  f.write([&](Transaction& t) {
    for (const RegistrationStep step :
         {RegistrationStep::credentials, RegistrationStep::mail_code,
          RegistrationStep::factor_choice, RegistrationStep::phone_number,
          RegistrationStep::sms_code, RegistrationStep::app_code, RegistrationStep::activating,
          RegistrationStep::done, RegistrationStep::log_in, RegistrationStep::abandoned}) {
      Registration other = registration_of(s.person.id, s.letter.id, name_of(step));
      other.step = step;
      other.updated = kNoon - 1h;
      got(t.registrations().add(other));
      assert_true(got(t.registrations().get(other.id)).step == step);
    }
    assert_int_equal(got(t.registrations().open_of(s.person.id)).size(), 9);
    assert_true(got(t.registrations().open_of(PersonId("other"))).empty());
    assert_int_equal(got(t.registrations().stale(kNoon, 100)).size(), 8);
    assert_int_equal(got(t.registrations().stale(kNoon, 3)).size(), 3);
    assert_true(got(t.registrations().stale(kNoon - 1h, 100)).empty());
    assert_int_equal(got(t.registrations().to_discard(100)).size(), 1);
  });
}

void a_discarded_registration_holds_nothing_any_more(void**) {
  // J5, R5
  StoreFixture f;
  Started s = started(f);
  f.write([&](Transaction& t) {
    fill(s.registration);
    s.registration.step = RegistrationStep::abandoned;
    assert_true(got(t.registrations().update(s.registration, RegistrationStep::credentials)));
    got(t.registrations().discarded(s.registration.id));
    assert_true(got(t.registrations().to_discard(100)).empty());
    const Registration found = got(t.registrations().get(s.registration.id));
    assert_false(found.email.has_value());
    assert_false(found.phone.has_value());
    assert_true(found.seed.empty());
    assert_text(found.entry_uuid, "");
    assert_text(found.dn, "");
  });
}

void a_registration_that_is_not_abandoned_is_not_discarded(void**) {
  // R13
  StoreFixture f;
  Started s = started(f);
  f.write([&](Transaction& t) {
    fill(s.registration);
    assert_true(got(t.registrations().update(s.registration, RegistrationStep::credentials)));
    got(t.registrations().discarded(s.registration.id));
    assert_true(got(t.registrations().get(s.registration.id)).email.has_value());
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_registration_comes_back_as_it_was_stored),
      cmocka_unit_test(an_update_from_another_step_changes_nothing),
      cmocka_unit_test(two_registrations_never_share_a_token),
      cmocka_unit_test(every_step_is_stored_and_only_open_ones_count),
      cmocka_unit_test(a_discarded_registration_holds_nothing_any_more),
      cmocka_unit_test(a_registration_that_is_not_abandoned_is_not_discarded),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
