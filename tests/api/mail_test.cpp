#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

void a_trial_tells_what_each_relay_made_of_it(void**) {
  // J2, J4: audited with the relay, without the address
  const Desk desk;
  const json made = body_of(
      desk.post("/v1/mail/test", json{{"address", "anna@example.ch"}, {"language", "de"}}), 200);
  assert_text(made.at("outcome").get<std::string>(), "accepted");
  assert_text(made.at("attempts")[0].at("outcome").get<std::string>(), "relay_failed");
  assert_int_equal(made.at("attempts")[0].at("milliseconds").get<int>(), 1500);
  assert_text(desk.trials.sent[0], "anna@example.ch de ");
  const json one = body_of(
      desk.post("/v1/mail/test", json{{"address", "anna@example.ch"}, {"relay", "first"}}), 200);
  assert_text(one.at("outcome").get<std::string>(), "relay_failed");
  assert_text(desk.trials.sent[1], "anna@example.ch en first");
  const std::string audit = desk.get("/v1/audit").body;
  assert_true(audit.find("admin.mail_tried") != std::string::npos);
  assert_true(audit.find("\"reason\":\"first\"") != std::string::npos);
  assert_true(audit.find("anna@example.ch") == std::string::npos);
}

void a_trial_that_cannot_be_sent_is_refused(void**) {
  // C2
  const Desk desk;
  body_of(desk.post("/v1/mail/test", json{{"address", "anna@example.ch"}, {"relay", "third"}}),
          404);
  for (const json& body :
       {json{{"address", "anna"}}, json{{"address", "a@example.ch\r\nBcc: b@example.ch"}},
        json{{"relay", "first"}}, json{{"address", "a@example.ch"}, {"language", "xx"}},
        json{{"address", "a@example.ch"}, {"more", "x"}}}) {
    body_of(desk.post("/v1/mail/test", body), 422);
  }
  assert_int_equal(desk.trials.sent.size(), 1);
  body_of(desk.ask(http::Method::post, "/v1/mail/test", json{{"address", "anna@example.ch"}}.dump(),
                   http::Peer{1000, 1000, 1, {1000}}),
          403);
}

void without_relays_there_is_nothing_to_try(void**) {
  // DESIGN 2, outbox: the spool remains
  const Desk desk;
  MailTrialService none(*desk.house.store, nullptr, desk.house.clock);
  assert_error(none.send(*EmailAddress::parse("a@example.ch"), Language::de, "", {}),
               Errc::conflict);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_trial_tells_what_each_relay_made_of_it),
      cmocka_unit_test(a_trial_that_cannot_be_sent_is_refused),
      cmocka_unit_test(without_relays_there_is_nothing_to_try),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
