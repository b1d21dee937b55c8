#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

constexpr const char* kAnna = "/v1/accounts/anna.muster@example.ch";

/// A desk at which Anna is registered by SMS.
struct DeskWithAnna : Desk {
  DeskWithAnna() {
    house.invite(kAhv, kBorn, kCode);
    registered_by_sms(house);
  }
  std::string id() const { return body_of(get(kAnna), 200).at("id").get<std::string>(); }
  void open_session() {
    const Granted granted{AccountId(id()), FactorKind::sms, DecisionId::random()};
    assert_ok(house.sessions->open_web(granted, PortalId("flex"), house.source));
  }
};

void a_new_code_replaces_the_old_and_is_shown_once(void**) {
  // R2, R3
  Desk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  const json body = {{"ahv_number", kAhv}, {"portal", "flex"}, {"audience", "insured"}};
  const json issued = body_of(desk.post("/v1/codes", body), 201);
  const std::string code = issued.at("code").get<std::string>();
  assert_true(code != body_of(desk.post("/v1/codes", body), 201).at("code").get<std::string>());
  const auto old = desk.house.identify(kAhv, kBorn, code);
  assert_ok(old);
  assert_false(std::holds_alternative<Identified>(*old));
  assert_true(desk.get("/v1/audit").body.find(code) == std::string::npos);
}

void a_code_for_nobody_or_nowhere_is_refused(void**) {
  // R3
  const Desk desk;
  json body = {{"ahv_number", kAhv}, {"portal", "flex"}, {"audience", "insured"}};
  body_of(desk.post("/v1/codes", body), 404);
  body["portal"] = "none";
  body_of(desk.post("/v1/codes", body), 422);
  body_of(desk.post("/v1/codes", json{{"ahv_number", "756"}, {"portal", "flex"}}), 422);
}

void an_account_is_found_by_each_of_its_names(void**) {
  // J2
  const DeskWithAnna desk;
  const json shown = body_of(desk.get(kAnna), 200);
  for (const char* name : {"id", "login_name"}) {
    body_of(desk.get("/v1/accounts/" + shown.at(name).get<std::string>()), 200);
  }
  body_of(desk.get("/v1/accounts/nobody@example.ch"), 404);
  const json listed = body_of(desk.get("/v1/accounts"), 200);
  assert_int_equal(listed.at("accounts").size(), 1);
  assert_true(listed.at("next").is_null());
  const json page = body_of(desk.get("/v1/accounts?limit=1"), 200);
  assert_text(page.at("next").get<std::string>(), shown.at("id").get<std::string>());
  const json after =
      body_of(desk.get("/v1/accounts?limit=1&after=" + page.at("next").get<std::string>()), 200);
  assert_true(after.at("accounts").empty());
}

void what_a_letter_asks_for_is_shown_only_when_asked(void**) {
  // J2, J4
  DeskWithAnna desk;
  const auto masked = desk.get(kAnna);
  const json person = body_of(masked, 200).at("person");
  assert_text(person.at("ahv_number").get<std::string>(), "756.••••.••••.85");
  assert_true(person.at("birth_date").is_null());
  assert_true(masked.body.find("1963") == std::string::npos);
  assert_true(masked.body.find("791234567") == std::string::npos);
  assert_true(desk.get("/v1/accounts").body.find("756.") == std::string::npos);
  const json revealed =
      body_of(desk.get(std::string(kAnna) + "?reveal=identity"), 200).at("person");
  assert_text(revealed.at("ahv_number").get<std::string>(), kAhv);
  assert_text(revealed.at("birth_date").get<std::string>(), "1963-04-17");
  body_of(desk.get(std::string(kAnna) + "?reveal=all"), 422);
  assert_int_equal(desk.house.event_count("admin.shown"), 2);
}

void lock_and_unlock_take_effect_and_are_audited(void**) {
  // J2, M4
  DeskWithAnna desk;
  desk.open_session();
  assert_int_equal(desk.post(std::string(kAnna) + "/lock").status, 204);
  assert_false(body_of(desk.get(kAnna), 200).at("locked").is_null());
  assert_true(body_of(desk.get("/v1/sessions"), 200).at("sessions").empty());
  assert_true(desk.house.login->standing_of("anna.muster@example.ch") ==
              LoginService::Standing::unusable);
  assert_int_equal(desk.post(std::string(kAnna) + "/unlock").status, 204);
  assert_true(body_of(desk.get(kAnna), 200).at("locked").is_null());
  assert_true(desk.house.login->standing_of("anna.muster@example.ch") ==
              LoginService::Standing::usable);
  assert_int_equal(desk.house.event_count("account.locked"), 1);
  assert_int_equal(desk.house.event_count("account.unlocked"), 1);
}

void a_factor_is_reset_and_nothing_sets_a_password(void**) {
  // A2, P5
  DeskWithAnna desk;
  desk.open_session();
  assert_text(body_of(desk.get(kAnna), 200).at("factor").at("kind").get<std::string>(), "sms");
  body_of(desk.post(std::string(kAnna) + "/allow-enrolment"), 409);
  assert_int_equal(desk.post(std::string(kAnna) + "/reset-factor").status, 204);
  assert_true(body_of(desk.get(kAnna), 200).at("factor").is_null());
  assert_int_equal(desk.post(std::string(kAnna) + "/allow-enrolment").status, 204);
  assert_true(body_of(desk.get("/v1/sessions"), 200).at("sessions").empty());
  body_of(desk.post(std::string(kAnna) + "/password", json{{"password", "x"}}), 404);
  body_of(desk.post(std::string(kAnna) + "/lock", json{{"password", "x"}}), 422);
}

void a_reset_is_started_and_ends_nothing(void**) {
  // P5, J2
  DeskWithAnna desk;
  desk.open_session();
  (void)desk.house.sent();
  body_of(desk.post("/v1/accounts/nobody@example.ch/reset"), 404);
  const auto started = desk.post(std::string(kAnna) + "/reset");
  assert_int_equal(started.status, 204);
  assert_text(started.body, "");
  const std::vector<Message> mails = desk.house.sent();
  assert_int_equal(mails.size(), 1);
  assert_text(mails[0].text, "mail.reset_started");
  const std::string& code = mails[0].values.at("code");
  assert_int_equal(code.size(), 8);
  assert_true(desk.get("/v1/audit?limit=1000").body.find(code) == std::string::npos);
  assert_int_equal(body_of(desk.get("/v1/sessions"), 200).at("sessions").size(), 1);
  assert_int_equal(desk.house.event_count("password_reset.started"), 1);
  assert_int_equal(desk.post(std::string(kAnna) + "/reset-factor").status, 204);
  body_of(desk.post(std::string(kAnna) + "/reset"), 409);
}

void a_disabled_account_stays_outside_until_it_is_enabled(void**) {
  // M4, J2
  DeskWithAnna desk;
  desk.open_session();
  body_of(desk.post(std::string(kAnna) + "/enable"), 409);
  assert_int_equal(desk.post(std::string(kAnna) + "/disable").status, 204);
  assert_text(body_of(desk.get(kAnna), 200).at("state").get<std::string>(), "disabled");
  assert_true(body_of(desk.get("/v1/sessions"), 200).at("sessions").empty());
  assert_true(desk.house.login->standing_of("anna.muster@example.ch") ==
              LoginService::Standing::unusable);
  body_of(desk.post(std::string(kAnna) + "/disable"), 409);
  assert_int_equal(desk.post(std::string(kAnna) + "/enable").status, 204);
  assert_true(desk.house.login->standing_of("anna.muster@example.ch") ==
              LoginService::Standing::usable);
  assert_int_equal(desk.house.event_count("account.disabled"), 1);
  assert_int_equal(desk.house.event_count("account.enabled"), 1);
}

void sessions_are_listed_and_ended(void**) {
  // W2
  DeskWithAnna desk;
  desk.open_session();
  desk.open_session();
  const json all = body_of(desk.get("/v1/sessions"), 200).at("sessions");
  const json hers = body_of(desk.get(std::string(kAnna) + "/sessions"), 200).at("sessions");
  assert_int_equal(all.size(), 2);
  assert_true(all == hers);
  const std::string session = "/v1/sessions/" + all.at(0).at("id").get<std::string>();
  assert_int_equal(desk.ask(http::Method::delete_, session).status, 204);
  assert_int_equal(desk.ask(http::Method::delete_, session).status, 404);
  assert_int_equal(body_of(desk.get("/v1/sessions"), 200).at("sessions").size(), 1);
}

void the_audit_log_is_read_page_by_page(void**) {
  // J2, J3
  const DeskWithAnna desk;
  const json first = body_of(desk.get("/v1/audit?limit=2"), 200);
  assert_int_equal(first.at("records").size(), 2);
  const json second = body_of(
      desk.get("/v1/audit?limit=1&after=" + std::to_string(first.at("next").get<int>())), 200);
  assert_int_equal(second.at("records").at(0).at("number").get<int>(), 3);
  assert_text(second.at("records").at(0).at("previous").get<std::string>(),
              first.at("records").at(1).at("hash").get<std::string>());
}

void the_audit_log_is_verified_and_gives_an_anchor(void**) {
  // J2, J3
  const DeskWithAnna desk;
  for (int i = 0; i < 7;
       ++i) {  // each adds a record: the search for the last meets every remainder
    const json verdict = body_of(desk.post("/v1/audit/verify"), 200);
    assert_true(verdict.at("first_broken").is_null());
    const int number = verdict.at("records").get<int>();
    const json rest =
        body_of(desk.get("/v1/audit?limit=1000&after=" + std::to_string(number - 1)), 200);
    assert_int_equal(rest.at("records").size(), 2);  // the last one, and the verification itself
    assert_text(rest.at("records").at(0).at("hash").get<std::string>(),
                verdict.at("last_hash").get<std::string>());
    assert_text(rest.at("records").at(1).at("what").get<std::string>(), "admin.audit_verified");
    assert_text(rest.at("records").at(1).at("actor").get<std::string>(), "uid 0");
  }
}

void tampering_with_the_audit_log_is_found_at_its_record(void**) {
  // J3
  for (const char* tampering : {"update audit set reason = 'x' where number = 4",
                                "delete from audit where number in (4, 5)"}) {
    const DeskWithAnna desk;
    const json records = body_of(desk.get("/v1/audit"), 200).at("records");
    desk.tamper(tampering);
    const json verdict = body_of(desk.post("/v1/audit/verify"), 200);
    // Numbers that are missing show at the record after them.
    assert_int_equal(verdict.at("first_broken").get<int>(), *tampering == 'u' ? 4 : 6);
    assert_int_equal(verdict.at("records").get<int>(), 3);
    assert_text(verdict.at("last_hash").get<std::string>(),
                records.at(2).at("hash").get<std::string>());
  }
}

void an_audit_log_cut_short_differs_from_its_anchor(void**) {
  // J3
  const DeskWithAnna desk;
  const json anchor = body_of(desk.post("/v1/audit/verify"), 200);
  desk.tamper("delete from audit where number > 3");
  const json verdict = body_of(desk.post("/v1/audit/verify"), 200);
  assert_true(verdict.at("first_broken").is_null());
  assert_int_equal(verdict.at("records").get<int>(), 3);
  assert_true(verdict.at("last_hash") != anchor.at("last_hash"));
  desk.tamper("delete from audit");
  const json empty = body_of(desk.post("/v1/audit/verify"), 200);
  assert_int_equal(empty.at("records").get<int>(), 0);
  assert_true(empty.at("last_hash").is_null());
}

void parameters_are_read_strictly(void**) {
  // J6
  const Desk desk;
  for (const char* target :
       {"/v1/accounts?limit=0", "/v1/accounts?limit=1001", "/v1/accounts?limit=1x",
        "/v1/accounts?limit=", "/v1/accounts?limit=1&limit=2", "/v1/accounts?page=2",
        "/v1/audit?after=-1", "/v1/audit?after=99999999999999999999", "/v1/audit?after=%zz"}) {
    body_of(desk.get(target), 422);
  }
}

void a_body_must_be_declared_as_json(void**) {
  // J6
  const Desk desk;
  http::Request request;
  request.method = http::Method::post;
  request.path = "/v1/codes";
  request.peer = root_peer();
  request.body = Secret("{}");
  request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
  const json problem = body_of(desk.router.handle(request), 422);
  assert_text(problem.at("errors").at(0).at("pointer").get<std::string>(), "");
}

void unknown_paths_and_methods_are_problems_too(void**) {
  // C2
  const Desk desk;
  assert_text(body_of(desk.get("/v2/status"), 404).at("code").get<std::string>(), "not_found");
  assert_text(body_of(desk.post("/v1/status"), 405).at("code").get<std::string>(),
              "method_not_allowed");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_new_code_replaces_the_old_and_is_shown_once),
      cmocka_unit_test(a_code_for_nobody_or_nowhere_is_refused),
      cmocka_unit_test(an_account_is_found_by_each_of_its_names),
      cmocka_unit_test(what_a_letter_asks_for_is_shown_only_when_asked),
      cmocka_unit_test(lock_and_unlock_take_effect_and_are_audited),
      cmocka_unit_test(a_factor_is_reset_and_nothing_sets_a_password),
      cmocka_unit_test(a_reset_is_started_and_ends_nothing),
      cmocka_unit_test(a_disabled_account_stays_outside_until_it_is_enabled),
      cmocka_unit_test(sessions_are_listed_and_ended),
      cmocka_unit_test(the_audit_log_is_read_page_by_page),
      cmocka_unit_test(the_audit_log_is_verified_and_gives_an_anchor),
      cmocka_unit_test(tampering_with_the_audit_log_is_found_at_its_record),
      cmocka_unit_test(an_audit_log_cut_short_differs_from_its_anchor),
      cmocka_unit_test(parameters_are_read_strictly),
      cmocka_unit_test(a_body_must_be_declared_as_json),
      cmocka_unit_test(unknown_paths_and_methods_are_problems_too),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
