#include "domain/key_rotation.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/key_file.hpp"
#include "domain/login_house.hpp"
#include "domain/ports/master_keys.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kSecondAhv = "756.1234.5678.97";
constexpr std::string_view kSecondCode = "M4RT-7YHN-3KWX-B";

/// A house whose keys change, a fresh key in its file.
struct Changing {
  Changing() {
    house.clock.advance(1h);
    assert_ok(add_key_to_file(house.key_file()));
  }
  /// Once what was imported has become people.
  void activate() {
    assert_ok(house.imports->work(5s));
    assert_ok(rotation.activate(house.admin));
  }
  void reseal() {
    house.clock.advance(6s);
    assert_ok(rotation.reseal());
  }
  KeyStanding standing() {
    auto shown = rotation.standing();
    assert_ok(shown);
    return std::move(*shown);
  }
  std::int64_t earlier(std::string_view what) {
    for (const KeyNeed& need : standing().needs) {
      if (need.what == what) return need.earlier;
    }
    return -1;
  }

  House house;
  KeyRotation rotation{*house.store, house.keyring, house.clock, {house.key_file(), "node a"}};
};

void note_other(House& house, std::vector<std::string> fingerprints) {
  assert_ok(house.store->write("test", [&](Transaction& transaction) {
    return transaction.keys().note_holder({"node b", fingerprints, house.clock.now()});
  }));
}

void no_key_is_active_before_every_daemon_holds_it(void**) {
  // T7
  Changing changing;
  House& house = changing.house;
  const std::string first = house.keyring.fingerprint();
  note_other(house, {first});
  const auto refused = changing.rotation.activate(house.admin);
  assert_error(refused, Errc::conflict);
  assert_true(refused.error().detail.find("node b") != std::string::npos);
  assert_text(house.keyring.fingerprint(), first);
  assert_int_equal(changing.standing().used.size(), 1);
  assert_int_equal(changing.standing().waiting.size(), 1);
  assert_int_equal(house.event_count("key.activated"), 0);
  // It has read its key file now.
  note_other(house, house.keyring.fingerprints());
  changing.activate();
  assert_true(house.keyring.fingerprint() != first);
  assert_int_equal(house.event_count("key.activated"), 1);
  assert_int_equal(changing.standing().holders.size(), 2);
}

void a_daemon_that_is_gone_holds_up_nothing(void**) {
  // T7
  Changing changing;
  note_other(changing.house, {changing.house.keyring.fingerprint()});
  changing.house.clock.advance(2min + 1s);
  changing.activate();
  assert_int_equal(changing.standing().holders.size(), 1);
  assert_ok(changing.rotation.leave());
  assert_true(changing.standing().holders.empty());
}

void logins_and_registrations_go_on_while_keys_change(void**) {
  // R5, T7
  Changing changing;
  House& house = changing.house;
  const Secret seed = with_app(house);
  house.invite(kSecondAhv, kBorn, kSecondCode);
  // One is between the mail and the factor, one between the password and the code.
  const Secret token = mail_proven(house, "beat@example.ch", kSecondAhv, kSecondCode);
  LoginConversation waiting = at_the_code(house);
  changing.activate();
  assert_true(is_granted(house.login->answer(waiting, code_now(house, seed))));
  RegistrationService& registration = *house.registration;
  assert_true(step_of(registration.choose_factor(token, FactorKind::sms, house.source)) ==
              RegistrationStep::phone_number);
  assert_true(step_of(registration.give_phone(token, *PhoneNumber::parse("+41791234567", "CH"),
                                              house.source)) == RegistrationStep::sms_code);
  const Secret code = house.code_sent();
  changing.reseal();
  assert_true(step_of(registration.confirm_sms(token, code, house.source)) ==
              RegistrationStep::done);
  house.clock.advance(30s);
  LoginConversation later = at_the_code(house);
  assert_true(is_granted(house.login->answer(later, code_now(house, seed))));
  // Nobody is in twice, and a step is used once (T4).
  LoginConversation again = at_the_code(house);
  assert_true(refusal_of(house.login->answer(again, code_now(house, seed))) ==
              RefusalReason::wrong_code);
  for (const char* what : {"people", "accounts", "factors", "registrations"})
    assert_int_equal(changing.earlier(what), 0);
  assert_int_equal(house.event_count("key.resealed"), 1);
}

void a_letter_from_before_registers_after(void**) {
  // R3, R4, R5
  Changing changing;
  House& house = changing.house;
  house.invite(kAhv, kBorn, kCode);
  changing.activate();
  changing.reseal();
  assert_int_equal(changing.earlier("letters"), 1);
  (void)registered_by_sms(house);
  // The same row of an import changes nothing.
  assert_int_equal(changing.earlier("letters"), 0);
  assert_text(changing.standing().used.back().fingerprint, house.keyring.fingerprint());
}

void sessions_of_the_web_live_on(void**) {
  // W1, R5
  Changing changing;
  House& house = changing.house;
  (void)with_app(house);
  const AccountId account = house.directory.entries().begin()->second.account;
  const auto token = house.sessions->open_web({account, FactorKind::totp, DecisionId::random()},
                                              PortalId("flex"), house.source);
  assert_ok(token);
  changing.activate();
  changing.reseal();
  const auto resumed = house.sessions->resume_web(*token, PortalId("flex"));
  assert_ok(resumed);
  assert_true(resumed->has_value());
}

void nothing_is_sealed_anew_before_the_others_have_noticed(void**) {
  // T7
  Changing changing;
  (void)with_app(changing.house);
  changing.activate();
  assert_ok(changing.rotation.reseal());
  assert_int_equal(changing.earlier("people"), 1);
  changing.reseal();
  assert_int_equal(changing.earlier("people"), 0);
  assert_false(changing.standing().resealing.has_value());
  // There is an end to it.
  changing.reseal();
  assert_int_equal(changing.house.event_count("key.resealed"), 1);
}

void another_daemon_notices_which_key_is_active(void**) {
  // T7
  Changing changing;
  House& house = changing.house;
  Keyring other = *Keyring::load(house.key_file());
  const auto store = SqlStore::open(
      {"sqlite://" + (house.folder.path() / "portal.db").string(), 2, 5s}, other, house.clock);
  assert_ok(store);
  KeyRotation there(**store, other, house.clock, {house.key_file(), "node b"});
  assert_ok(there.tell());
  assert_text(other.fingerprint(), house.keyring.fingerprint());
  changing.activate();
  assert_true(other.fingerprint() != house.keyring.fingerprint());
  assert_ok(there.follow());
  assert_text(other.fingerprint(), house.keyring.fingerprint());
  assert_ok(there.follow());
}

void a_store_that_went_back_to_an_earlier_key_is_not_followed(void**) {
  // T7: an earlier copy of the database under a daemon that runs, or somebody who wants the old key
  Changing changing;
  House& house = changing.house;
  const std::string first = house.keyring.fingerprint();
  changing.activate();
  const std::string second = house.keyring.fingerprint();
  const auto location =
      sql::Location::parse("sqlite://" + (house.folder.path() / "portal.db").string());
  assert_ok(location);
  const auto direct = sql::Connection::open(*location, sql::Connection::Access::write, 5s);
  assert_ok(direct);
  assert_ok((*direct)->run_once("delete from store_keys where number = 2"));
  const auto refused = changing.rotation.follow();
  assert_error(refused, Errc::denied);
  assert_true(refused.error().detail.find(first) != std::string::npos);
  assert_text(house.keyring.fingerprint(), second);
}

void who_was_away_takes_the_key_up_by_itself(void**) {
  // T7: without the key it gets no connection any more, though the key file has it by now
  Changing changing;
  House& house = changing.house;
  const auto old_file = house.folder.path() / "old.key";
  std::filesystem::copy_file(house.key_file(), old_file);
  Keyring other = *Keyring::load(old_file);
  assert_ok(add_key_to_file(house.key_file()));
  const auto store = SqlStore::open(
      {"sqlite://" + (house.folder.path() / "portal.db").string(), 2, 5s}, other, house.clock);
  assert_ok(store);
  KeyRotation there(**store, other, house.clock, {house.key_file(), "node b"});
  changing.activate();
  assert_int_equal(other.fingerprints().size(), 2);
  for (int tries = 0; tries < 2 && other.fingerprint() != house.keyring.fingerprint(); ++tries)
    (void)there.follow();
  assert_text(other.fingerprint(), house.keyring.fingerprint());
}

void a_key_file_that_lost_a_key_is_not_taken_up(void**) {
  // T7
  Changing changing;
  House& house = changing.house;
  changing.activate();
  const std::string active = house.keyring.fingerprint();
  assert_int_equal(::unlink(house.key_file().c_str()), 0);
  assert_error(changing.rotation.activate(house.admin), Errc::not_found);
  assert_ok(Keyring::generate(house.key_file()));
  assert_error(changing.rotation.activate(house.admin), Errc::conflict);
  assert_error(changing.rotation.take_up(), Errc::conflict);
  assert_text(house.keyring.fingerprint(), active);
  assert_int_equal(changing.standing().used.size(), 2);
}

void without_a_new_key_what_is_sealed_is_looked_through_once_more(void**) {
  House house;
  KeyRotation rotation(*house.store, house.keyring, house.clock, {house.key_file(), "node a"});
  (void)with_app(house);
  assert_error(rotation.activate(house.admin), Errc::conflict);
  assert_ok(house.imports->work(5s));
  assert_ok(rotation.activate(house.admin));
  house.clock.advance(6s);
  assert_ok(rotation.reseal());
  assert_int_equal(house.event_count("key.resealed"), 1);
  assert_int_equal(rotation.standing()->used.size(), 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(no_key_is_active_before_every_daemon_holds_it),
      cmocka_unit_test(a_daemon_that_is_gone_holds_up_nothing),
      cmocka_unit_test(logins_and_registrations_go_on_while_keys_change),
      cmocka_unit_test(a_letter_from_before_registers_after),
      cmocka_unit_test(sessions_of_the_web_live_on),
      cmocka_unit_test(nothing_is_sealed_anew_before_the_others_have_noticed),
      cmocka_unit_test(another_daemon_notices_which_key_is_active),
      cmocka_unit_test(a_store_that_went_back_to_an_earlier_key_is_not_followed),
      cmocka_unit_test(who_was_away_takes_the_key_up_by_itself),
      cmocka_unit_test(a_key_file_that_lost_a_key_is_not_taken_up),
      cmocka_unit_test(without_a_new_key_what_is_sealed_is_looked_through_once_more),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
