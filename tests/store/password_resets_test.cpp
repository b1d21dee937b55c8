#include "domain/ports/password_resets.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

PasswordReset reset_of(const AccountId& account, std::string_view token_index = "reset-index-1") {
  PasswordReset reset;
  reset.id = ResetId::random();
  reset.token_index = token_index;
  reset.account = account;
  reset.portal = PortalId("flex");
  reset.language = Language::it;
  reset.email = got(EmailAddress::parse("Vera@example.ch"));
  reset.mail_sends = 1;
  reset.mail_sent = kNoon;
  reset.started = kNoon;
  reset.updated = kNoon;
  reset.expires = kNoon + 1h;
  return reset;
}

void a_reset_comes_back_as_it_was_stored(void**) {
  // P4, R8
  StoreFixture f;
  const Account vera = stored_account(f);
  PasswordReset reset = reset_of(vera.id);
  f.write([&](Transaction& t) { got(t.password_resets().add(reset)); });
  reset.step = ResetStep::new_password;
  reset.portal = PortalId("1e");
  reset.language = Language::en;
  reset.mail_sends = 3;
  reset.mail_sent = kNoon + 1s;
  reset.sms_sent = kNoon + 2s;
  reset.factor = FactorId("factor");
  reset.updated = kNoon + 3s;
  reset.expires = kNoon + 2h;
  f.write([&](Transaction& t) {
    assert_true(got(t.password_resets().update(reset, ResetStep::mail_code)));
  });
  f.close();
  f.open();
  f.read([&](Transaction& t) {
    assert_false(got(t.password_resets().find_by_token("other")).has_value());
    const PasswordReset found = got(t.password_resets().find_by_token("reset-index-1")).value();
    assert_text(found.id.text(), reset.id.text());
    assert_text(found.account.text(), vera.id.text());
    assert_text(found.portal.text(), "1e");
    assert_true(found.language == Language::en);
    assert_true(found.step == ResetStep::new_password);
    assert_text(found.email.value().text(), reset.email->text());
    assert_int_equal(found.mail_sends, 3);
    assert_true(found.mail_sent == kNoon + 1s);
    assert_true(found.sms_sent == kNoon + 2s);
    assert_text(found.factor.text(), "factor");
    assert_true(found.started == kNoon);
    assert_true(found.updated == kNoon + 3s);
    assert_true(found.expires == kNoon + 2h);
  });
}

void an_update_from_another_step_changes_nothing(void**) {
  // R8
  StoreFixture f;
  const Account vera = stored_account(f);
  PasswordReset reset = reset_of(vera.id);
  f.write([&](Transaction& t) {
    PasswordResets& resets = t.password_resets();
    got(resets.add(reset));
    reset.step = ResetStep::factor;
    assert_true(got(resets.update(reset, ResetStep::mail_code)));
    reset.step = ResetStep::done;
    assert_false(got(resets.update(reset, ResetStep::mail_code)));
    assert_true(got(resets.find_by_token("reset-index-1")).value().step == ResetStep::factor);
  });
  const Result<void> second = f.store->write(
      "test.write", [&](Transaction& t) { return t.password_resets().add(reset_of(vera.id)); });
  assert_error(second, Errc::conflict);
}

void those_of_nobody_are_kept_alike_and_found_for_nobody(void**) {
  // L5, R14
  StoreFixture f;
  f.write([&](Transaction& t) {
    PasswordResets& resets = t.password_resets();
    got(resets.add(reset_of(AccountId(), "of-nobody")));
    got(resets.add(reset_of(AccountId(), "")));
    got(resets.add(reset_of(AccountId(), "")));
    assert_true(got(resets.find_by_token("of-nobody")).value().account.empty());
    assert_false(got(resets.waiting_of(AccountId())).has_value());
  });
}

void the_newest_that_waits_is_found_and_all_but_one_are_abandoned(void**) {
  // P5
  StoreFixture f;
  const Account vera = stored_account(f);
  const Account urs = stored_account(f, numbered_ahv(7), "urs@example.ch", "u7");
  PasswordReset taken = reset_of(vera.id, "taken");
  PasswordReset first = reset_of(vera.id, "");
  PasswordReset second = reset_of(vera.id, "");
  second.started = kNoon + 1s;
  PasswordReset done = reset_of(vera.id, "done");
  done.step = ResetStep::done;
  f.write([&](Transaction& t) {
    PasswordResets& resets = t.password_resets();
    for (const PasswordReset* one : {&taken, &first, &second, &done}) got(resets.add(*one));
    got(resets.add(reset_of(urs.id, "of-urs")));
    assert_text(got(resets.waiting_of(vera.id)).value().id.text(), second.id.text());
    got(resets.abandon(vera.id, taken.id, kNoon + 2s));
    assert_false(got(resets.waiting_of(vera.id)).has_value());
    assert_true(got(resets.find_by_token("taken")).value().step == ResetStep::mail_code);
    assert_true(got(resets.find_by_token("done")).value().step == ResetStep::done);
    got(resets.abandon(vera.id, ResetId(), kNoon + 2s));
    assert_true(got(resets.find_by_token("taken")).value().step == ResetStep::abandoned);
    assert_true(got(resets.find_by_token("of-urs")).value().step == ResetStep::mail_code);
  });
}

void every_step_is_stored_and_goes_with_the_person(void**) {
  // R8, J5
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    PasswordResets& resets = t.password_resets();
    for (const ResetStep step : {ResetStep::mail_code, ResetStep::factor, ResetStep::new_password,
                                 ResetStep::changing, ResetStep::done, ResetStep::abandoned}) {
      PasswordReset reset = reset_of(vera.id, name_of(step));
      reset.step = step;
      got(resets.add(reset));
      assert_true(got(resets.find_by_token(name_of(step))).value().step == step);
    }
    got(t.people().erase(vera.person));
    assert_false(got(resets.find_by_token("done")).has_value());
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_reset_comes_back_as_it_was_stored),
      cmocka_unit_test(an_update_from_another_step_changes_nothing),
      cmocka_unit_test(those_of_nobody_are_kept_alike_and_found_for_nobody),
      cmocka_unit_test(the_newest_that_waits_is_found_and_all_but_one_are_abandoned),
      cmocka_unit_test(every_step_is_stored_and_goes_with_the_person),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
