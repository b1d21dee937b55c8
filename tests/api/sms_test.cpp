#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

void a_trial_tells_what_each_gateway_made_of_it(void**) {
  // J2, J4: audited with the gateway, without the number
  const Desk desk;
  const json made = body_of(
      desk.post("/v1/sms/test", json{{"number", "079 000 00 11"}, {"language", "de"}}), 200);
  assert_text(made.at("outcome").get<std::string>(), "accepted");
  assert_text(made.at("attempts")[0].at("detail").get<std::string>(), "HTTP 403");
  assert_text(desk.fake_sms_trials.sent[0], "+41790000011 de ");
  const json one = body_of(
      desk.post("/v1/sms/test", json{{"number", "+41790000011"}, {"gateway", "first"}}), 200);
  assert_text(one.at("outcome").get<std::string>(), "refused");
  const std::string audit = desk.get("/v1/audit").body;
  assert_true(audit.find("admin.sms_tried") != std::string::npos);
  assert_true(audit.find("\"reason\":\"first\"") != std::string::npos);
  assert_true(audit.find("790000011") == std::string::npos);
}

void a_trial_that_cannot_be_sent_is_refused(void**) {
  // C2, S2: nor does a trial go to a country that is not allowed
  const Desk desk;
  body_of(desk.post("/v1/sms/test", json{{"number", "079 000 00 11"}, {"gateway", "third"}}), 404);
  for (const json& body :
       {json{{"number", "abc"}}, json{{"number", "+33612345678"}}, json{{"gateway", "first"}},
        json{{"number", "+41790000011"}, {"language", "xx"}},
        json{{"number", "+41790000011"}, {"more", "x"}}}) {
    body_of(desk.post("/v1/sms/test", body), 422);
  }
  assert_int_equal(desk.fake_sms_trials.sent.size(), 1);
  body_of(desk.ask(http::Method::post, "/v1/sms/test", json{{"number", "+41790000011"}}.dump(),
                   http::Peer{1000, 1000, 1, {1000}}),
          403);
}

void without_gateways_there_is_nothing_to_try(void**) {
  // issue 4: the spool remains
  const Desk desk;
  SmsTrialService none(*desk.house.store, nullptr, {}, desk.house.clock);
  assert_error(none.send("079 000 00 11", Language::de, "", {}), Errc::conflict);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_trial_tells_what_each_gateway_made_of_it),
      cmocka_unit_test(a_trial_that_cannot_be_sent_is_refused),
      cmocka_unit_test(without_gateways_there_is_nothing_to_try),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
