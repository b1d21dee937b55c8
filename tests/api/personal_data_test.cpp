// What a person may ask for: all that is kept about them, and that it be forgotten.

#include <set>

#include "domain/login_house.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

constexpr const char* kAnna = "/v1/accounts/anna.muster@example.ch";

/// A desk at which Anna is registered by SMS. She had begun before: once with another address, to
/// give up when its entry was staged; then in two tabs, of which the later was the faster one and
/// made the account its own.
struct DeskWithHistory : Desk {
  DeskWithHistory() {
    house.invite(kAhv, kBorn, kCode);
    const Secret given_up = identified(house);
    assert_true(step_of(choose(given_up, "anna.alt@example.ch")) == RegistrationStep::mail_code);
    house.clock.advance(std::chrono::minutes(1));
    const Secret token = identified(house);
    house.directory.meanwhile = [&](std::string_view) {
      house.directory.meanwhile = nullptr;
      assert_true(step_of(choose(token, kName)) == RegistrationStep::mail_code);
    };
    (void)choose(token, "anna.neu@example.ch");
    RegistrationService& registration = *house.registration;
    (void)registration.confirm_mail(token, house.code_sent(), house.source);
    (void)registration.choose_factor(token, FactorKind::sms, house.source);
    (void)registration.give_phone(token, *PhoneNumber::parse("+41791234567", "CH"), house.source);
    assert_true(step_of(registration.confirm_sms(token, house.code_sent(), house.source)) ==
                RegistrationStep::done);
  }
  RegistrationService::Outcome<PasswordFaults> choose(const Secret& token, std::string_view email) {
    return house.registration->choose_credentials(token, *EmailAddress::parse(email),
                                                  Secret(kPassword), house.source);
  }
  int staged_entries() const {
    int count = 0;
    for (const auto& [uuid, entry] : house.directory.entries()) count += entry.staged ? 1 : 0;
    return count;
  }
};

void a_person_gets_all_that_is_kept_but_no_secret(void**) {
  // J5, J2
  DeskWithHistory desk;
  const json letter = {{"ahv_number", kAhv}, {"portal", "flex"}, {"audience", "insured"}};
  const json issued = body_of(desk.post("/v1/codes", letter), 201);
  const std::string id = body_of(desk.get(kAnna), 200).at("id").get<std::string>();
  for (int i = 0; i < 2; ++i) {
    const Granted granted{AccountId(id), FactorKind::sms, DecisionId::random()};
    assert_ok(desk.house.sessions->open_web(granted, PortalId("flex"), desk.house.source));
    desk.house.clock.advance(std::chrono::seconds(1));
  }
  const json open = body_of(desk.get("/v1/sessions"), 200).at("sessions");
  const std::string older = "/v1/sessions/" + open.at(1).at("id").get<std::string>();
  assert_int_equal(desk.ask(http::Method::delete_, older).status, 204);

  const auto response = desk.get(std::string(kAnna) + "/data");
  const json data = body_of(response, 200);
  assert_text(data.at("account").at("person").at("birth_date").get<std::string>(), "1963-04-17");
  assert_text(data.at("phone").get<std::string>(), "+41791234567");
  assert_int_equal(data.at("terms").size(), 1);
  assert_int_equal(data.at("letters").size(), 2);
  assert_false(data.at("letters").at(1).at("used").is_null());
  assert_int_equal(data.at("sessions").size(), 2);
  assert_true(data.at("sessions").at(0).at("ended").is_null());
  assert_false(data.at("sessions").at(1).at("ended").is_null());
  const json& registrations = data.at("registrations");
  assert_int_equal(registrations.size(), 2);
  assert_text(registrations.at(0).at("step").get<std::string>(), "abandoned");
  assert_text(registrations.at(0).at("email").get<std::string>(), "anna.alt@example.ch");
  assert_text(registrations.at(1).at("step").get<std::string>(), "done");
  assert_text(registrations.at(1).at("phone").get<std::string>(), "+41791234567");
  // She is the only one there is: whatever the log tells of somebody, it tells of her.
  json hers = json::array();
  std::set<std::string> ids;
  const json log = body_of(desk.get("/v1/audit?limit=1000"), 200);
  for (const json& record : log.at("records")) {
    if (record.at("account").is_null()) continue;
    hers.push_back(record);
    ids.insert(record.at("account").get<std::string>());
  }
  // The person's, the account's, and two that it was to have before.
  assert_int_equal(ids.size(), 4);
  assert_true(data.at("records") == hers);
  const std::string code = issued.at("code").get<std::string>();
  for (const std::string_view secret :
       {kCode, std::string_view(code), std::string_view("code_hash"), std::string_view("seed")})
    assert_true(response.body.find(secret) == std::string::npos);
  body_of(desk.get("/v1/accounts/nobody@example.ch/data"), 404);
}

void an_erased_person_is_nowhere_but_in_the_audit_log(void**) {
  // J5, J3
  DeskWithHistory desk;
  const json before = body_of(desk.get(kAnna), 200);
  const std::string id = before.at("id").get<std::string>();
  const Granted granted{AccountId(id), FactorKind::sms, DecisionId::random()};
  assert_ok(desk.house.sessions->open_web(granted, PortalId("flex"), desk.house.source));
  (void)at_the_code(desk.house);
  const std::string of_her = "challenges where subject = '" + id + "'";
  assert_int_equal(desk.rows_in(of_her), 1);
  body_of(desk.ask(http::Method::delete_, kAnna), 409);  // nobody is erased by a slip of the hand
  assert_int_equal(desk.post(std::string(kAnna) + "/disable").status, 204);
  body_of(desk.ask(http::Method::delete_, kAnna, R"({"sure": 1})"), 422);
  body_of(desk.ask(http::Method::delete_, kAnna), 409);  // the notice of her registration waits
  (void)desk.house.sent();
  const json left = body_of(desk.ask(http::Method::delete_, kAnna), 200);
  assert_true(left.at("dn") == before.at("dn"));
  assert_true(left.at("entry_uuid") == before.at("entry_uuid"));
  body_of(desk.get(kAnna), 404);
  body_of(desk.get("/v1/accounts/" + id), 404);
  for (const char* table :
       {"people", "letters", "accounts", "memberships", "terms_acceptances", "factors", "sessions",
        "pending_logins", "registrations", "challenges", "recovery_codes", "enrolments", "proofs",
        "outbox where content <> ''"}) {
    assert_int_equal(desk.rows_in(table), 0);
  }
  assert_int_equal(desk.house.event_count("account.erased"), 1);
  assert_true(body_of(desk.post("/v1/audit/verify"), 200).at("first_broken").is_null());
  // A new letter begins anew; the old address is still that of an entry in the directory.
  desk.house.invite(kAhv, kBorn, "N3W4-C0DE-5678");
  desk.house.clock.advance(std::chrono::minutes(1));
  registered_by_sms(desk.house, "anna.neu@example.ch", kAhv, "N3W4-C0DE-5678");
  const json again = body_of(desk.get("/v1/accounts/anna.neu@example.ch"), 200);
  assert_true(again.at("id").get<std::string>() != id);
}

void what_an_erased_person_had_staged_goes_as_well(void**) {
  // J5: name, address and password in the directory, to which nothing else leads any more
  DeskWithHistory desk;
  assert_int_equal(desk.staged_entries(), 1);
  assert_int_equal(desk.post(std::string(kAnna) + "/disable").status, 204);
  (void)desk.house.sent();
  body_of(desk.ask(http::Method::delete_, kAnna), 200);
  desk.house.clock.advance(std::chrono::minutes(6));
  assert_ok(desk.house.registration->settle_intents());
  assert_int_equal(desk.staged_entries(), 0);
  assert_int_equal(desk.rows_in("intents"), 0);
}

void nobody_is_erased_whose_login_on_a_host_goes_on(void**) {
  // J5, W4
  DeskWithHistory desk;
  const auto opened =
      desk.house.sessions->open_pam("anna.muster@example.ch", "pts/0", 4711, {"192.0.2.7", "sshd"});
  assert_ok(opened);
  (void)desk.house.sent();  // else a message that waits is in the way as well
  assert_int_equal(desk.post(std::string(kAnna) + "/disable").status, 204);
  body_of(desk.ask(http::Method::delete_, kAnna), 409);
  // sshd may be between its account phase and its session.
  assert_error(
      desk.house.sessions->open_pam("anna.muster@example.ch", "pts/1", 4712, {"192.0.2.7", "sshd"}),
      Errc::denied);
  assert_ok(desk.house.store->write(
      "test", [&](Transaction& transaction) { return transaction.sessions().left(*opened); }));
  body_of(desk.ask(http::Method::delete_, kAnna), 200);
}

void a_host_that_is_gone_keeps_nobody(void**) {
  // J5: whoever was thrown out there has had a day to be
  DeskWithHistory desk;
  assert_ok(desk.house.sessions->open_pam("anna.muster@example.ch", "pts/0", 4711,
                                          {"192.0.2.7", "sshd"}));
  (void)desk.house.sent();
  desk.house.clock.advance(std::chrono::hours(48));  // a login that goes on is no old one
  assert_int_equal(desk.post(std::string(kAnna) + "/disable").status, 204);
  desk.house.clock.advance(std::chrono::hours(23));
  body_of(desk.ask(http::Method::delete_, kAnna), 409);
  desk.house.clock.advance(std::chrono::hours(2));
  body_of(desk.ask(http::Method::delete_, kAnna), 200);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_person_gets_all_that_is_kept_but_no_secret),
      cmocka_unit_test(an_erased_person_is_nowhere_but_in_the_audit_log),
      cmocka_unit_test(what_an_erased_person_had_staged_goes_as_well),
      cmocka_unit_test(nobody_is_erased_whose_login_on_a_host_goes_on),
      cmocka_unit_test(a_host_that_is_gone_keeps_nobody),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
