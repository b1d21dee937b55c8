// People who were invited and have no account: their data, and that they are forgotten.

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

const json kAnna = {{"ahv_number", kAhv}};

struct DeskWithAnna : Desk {
  DeskWithAnna() { house.invite(kAhv, kBorn, kCode); }
  json exported(int status = 200) const { return body_of(post("/v1/persons/data", kAnna), status); }
  json erased(int status = 204) const { return body_of(post("/v1/persons/erase", kAnna), status); }
};

void an_invited_person_gets_what_is_kept_about_them(void**) {
  // J5, J2, J4: codes and keys go to nobody
  DeskWithAnna desk;
  const Secret token = mail_proven(desk.house);
  assert_ok(desk.house.registration->choose_factor(token, FactorKind::totp, desk.house.source));
  const http::Response response = desk.post("/v1/persons/data", kAnna);
  const json data = body_of(response, 200);
  assert_text(data.at("person").at("ahv_number").get<std::string>(), std::string(kAhv));
  assert_text(data.at("person").at("birth_date").get<std::string>(), "1963-04-17");
  assert_text(data.at("letters").at(0).at("portal").get<std::string>(), "flex");
  const json& registration = data.at("registrations").at(0);
  assert_text(registration.at("email").get<std::string>(), "anna.muster@example.ch");
  assert_text(registration.at("step").get<std::string>(), "app_code");
  assert_text(registration.at("terms").at("version").get<std::string>(), "2026-01");
  const json& records = data.at("records");
  assert_true(records.size() >= 3);
  for (std::size_t i = 1; i < records.size(); ++i) {
    assert_true(records[i - 1].at("number") < records[i].at("number"));
  }
  assert_true(response.body.find("K7QF") == std::string::npos);
  const std::string audit = desk.get("/v1/audit").body;
  assert_true(audit.find("admin.exported") != std::string::npos);
  assert_true(audit.find("9217") == std::string::npos);
}

void an_invited_person_is_forgotten_until_the_next_import(void**) {
  // J5, J3: the audit log keeps an id that belongs to nobody
  DeskWithAnna desk;
  (void)identified(desk.house);
  desk.erased();
  for (const char* table : {"people", "letters", "registrations"}) {
    assert_int_equal(desk.rows_in(table), 0);
  }
  assert_int_equal(desk.house.event_count("person.erased"), 1);
  desk.exported(404);
  desk.erased(404);
  desk.house.invite(kAhv, kBorn, kCode);
  (void)identified(desk.house);
}

void what_a_forgotten_person_had_staged_goes_as_well(void**) {
  // J5: the registration that was given up is the only pointer to it
  DeskWithAnna desk;
  const Secret given_up = identified(desk.house);
  assert_ok(desk.house.registration->choose_credentials(
      given_up, *EmailAddress::parse("anna.muster@example.ch"), Secret(kPassword),
      desk.house.source));
  (void)desk.house.sent();
  desk.house.clock.advance(std::chrono::minutes(1));
  (void)identified(desk.house);
  assert_int_equal(desk.house.directory.entries().size(), 1);
  desk.erased();
  desk.house.clock.advance(std::chrono::minutes(6));
  assert_ok(desk.house.registration->settle_intents());
  assert_int_equal(desk.house.directory.entries().size(), 0);
}

void nobody_is_forgotten_by_halves(void**) {
  // J5
  DeskWithAnna desk;
  const Secret token = identified(desk.house);
  assert_ok(desk.house.registration->choose_credentials(
      token, *EmailAddress::parse("anna.muster@example.ch"), Secret(kPassword), desk.house.source));
  assert_text(desk.erased(409).at("detail").get<std::string>(),
              "a message to this person is on its way");
  (void)desk.house.sent();
  assert_text(desk.erased(409).at("detail").get<std::string>(),
              "a registration of this person has not ended");
  assert_int_equal(desk.rows_in("people"), 1);
}

void who_has_an_account_is_named_by_it(void**) {
  // J5: an account is disabled before it is erased
  DeskWithAnna desk;
  registered_by_sms(desk.house);
  for (const json& refused : {desk.exported(409), desk.erased(409)}) {
    const std::string detail = refused.at("detail").get<std::string>();
    assert_true(detail.find("has an account: name it by its id") != std::string::npos);
  }
  assert_int_equal(desk.rows_in("people"), 1);
}

void what_names_nobody_is_refused(void**) {
  // J5, C2, J4
  const DeskWithAnna desk;
  for (const char* route : {"/v1/persons/data", "/v1/persons/erase"}) {
    body_of(desk.post(route, json{{"ahv_number", ahv_number(7)}}), 404);
    const json faulty = body_of(desk.post(route, json{{"ahv_number", "756.9217.0769.84"}}), 422);
    assert_true(faulty.dump().find("9217") == std::string::npos);
    body_of(desk.post(route), 422);
    body_of(desk.post(route, json{{"ahv_number", kAhv}, {"more", "x"}}), 422);
    body_of(desk.ask(http::Method::post, route, kAnna.dump(), http::Peer{1000, 1000, 1, {1000}}),
            403);
  }
  (void)desk.exported(200);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_invited_person_gets_what_is_kept_about_them),
      cmocka_unit_test(an_invited_person_is_forgotten_until_the_next_import),
      cmocka_unit_test(what_a_forgotten_person_had_staged_goes_as_well),
      cmocka_unit_test(nobody_is_forgotten_by_halves),
      cmocka_unit_test(who_has_an_account_is_named_by_it),
      cmocka_unit_test(what_names_nobody_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
