#include "delivery/sms/answer.hpp"

#include "delivery/sms/circuit.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::assert_text;

namespace {

SmsOutcome judged(const SmsGatewaySettings& settings, long status, std::string_view body) {
  const Result<AnswerRules> rules = AnswerRules::compile(settings);
  assert_ok(rules);
  return rules->judge(status, body);
}

SmsGatewaySettings by_status_and_json() {
  SmsGatewaySettings settings;
  settings.accepted = {{200, 201}, "", "", "/result/code", {"0", "ok"}};
  settings.refused = {{200, 400}, "", "", "/result/code", {"invalid-number"}};
  return settings;
}

void success_is_a_status_and_what_the_body_says(void**) {
  // S3: 200 with an error body is not "sent"
  const SmsGatewaySettings settings = by_status_and_json();
  assert_true(judged(settings, 200, R"({"result":{"code":0}})") == SmsOutcome::accepted);
  assert_true(judged(settings, 201, R"({"result":{"code":"ok"}})") == SmsOutcome::accepted);
  assert_true(judged(settings, 200, R"({"result":{"code":7}})") == SmsOutcome::refused);
  assert_true(judged(settings, 200, R"({"result":null})") == SmsOutcome::refused);
  assert_true(judged(settings, 202, R"({"result":{"code":0}})") == SmsOutcome::refused);
  assert_true(judged(settings, 302, "") == SmsOutcome::refused);
  assert_true(judged(settings, 401, "who are you") == SmsOutcome::refused);
  const std::string deep =
      R"({"result":{"code":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}}";
  assert_true(judged(settings, 200, deep) == SmsOutcome::refused);
}

void what_cannot_be_read_may_have_been_taken(void**) {
  // S3: never sent twice by one gateway unless it refused
  const SmsGatewaySettings settings = by_status_and_json();
  assert_true(judged(settings, 200, R"({"result":{"co)") == SmsOutcome::unknown);
  assert_true(judged(settings, 200, "") == SmsOutcome::unknown);
  assert_true(judged(settings, 200, "<html>Welcome</html>") == SmsOutcome::unknown);
  assert_true(judged(settings, 500, "") == SmsOutcome::unknown);
  assert_true(judged(settings, 502, R"({"result":{"code":0}})") == SmsOutcome::unknown);
  assert_true(judged(settings, 504, "") == SmsOutcome::unknown);
  assert_true(judged(settings, 503, "") == SmsOutcome::refused);
}

void refused_for_good_is_told_from_try_the_next(void**) {
  // S3
  const SmsGatewaySettings settings = by_status_and_json();
  assert_true(judged(settings, 400, R"({"result":{"code":"invalid-number"}})") ==
              SmsOutcome::hopeless);
  assert_true(judged(settings, 400, R"({"result":{"code":"no-credit"}})") == SmsOutcome::refused);
}

void a_body_of_text_is_matched_by_its_beginning_or_a_pattern(void**) {
  // S3
  SmsGatewaySettings settings;
  settings.accepted = {{}, "0: ", "", "", {}};
  settings.unsure = {{202}, "3: ", "", "", {}};
  assert_true(judged(settings, 202, "0: Accepted for delivery") == SmsOutcome::accepted);
  assert_true(judged(settings, 202, "3: Queued for later delivery") == SmsOutcome::unknown);
  assert_true(judged(settings, 202, "4: Rejected") == SmsOutcome::refused);
  assert_true(judged(settings, 403, "0: Accepted for delivery") == SmsOutcome::refused);
  settings.accepted = {{200}, "", "<code>(0|1)</code>", "", {}};
  assert_true(judged(settings, 200, "<answer>\n<code>1</code></answer>") == SmsOutcome::accepted);
  assert_true(judged(settings, 200, "<answer>\n<code>2</code></answer>") == SmsOutcome::refused);
  const std::string late = std::string(10'000, ' ') + "<code>1</code>";
  assert_true(judged(settings, 200, late) == SmsOutcome::refused);
}

void rules_that_cannot_work_are_refused(void**) {
  // S3
  SmsGatewaySettings settings;
  assert_error(AnswerRules::compile(settings), Errc::malformed);
  settings.accepted = {{200}, "", "(", "", {}};
  assert_error(AnswerRules::compile(settings), Errc::malformed);
  settings.accepted = {{200}, "", R"((a*)*\1)", "", {}};
  assert_error(AnswerRules::compile(settings), Errc::malformed);
  settings.accepted = {{200}, "", "", "code", {}};
  assert_error(AnswerRules::compile(settings), Errc::malformed);
}

void the_log_gets_a_vendors_word_and_no_number_or_code(void**) {
  // J4
  SmsGatewaySettings settings;
  settings.accepted = {{201}, "", "", "/status", {"queued"}};
  settings.refused = {{400}, "", "", "/code", {"21211"}};
  const Result<AnswerRules> rules = AnswerRules::compile(settings);
  assert_ok(rules);
  assert_text(rules->describe(400, R"({"code":21211,"message":"+41791234567"})"),
              "HTTP 400, 21211");
  assert_text(rules->describe(200, R"({"status":"+41791234567"})"), "HTTP 200");
  assert_text(rules->describe(200, R"({"status":"447683"})"), "HTTP 200");
  assert_text(rules->describe(200, R"({"status":"Votre code"})"), "HTTP 200");
  assert_text(rules->describe(200, "text"), "HTTP 200");
}

void a_gateway_that_fails_is_passed_over_and_then_tried_by_one(void**) {
  // S3
  SmsCircuit circuit(3, 30s);
  SmsCircuit::Time now{1h};
  for (int failure = 1; failure <= 3; ++failure) {
    assert_true(circuit.enter(now));
    assert_true(circuit.failed(now) == (failure == 3));
  }
  assert_false(circuit.could_enter(now + 29s));
  assert_false(circuit.enter(now + 29s));
  now += 30s;
  assert_true(circuit.could_enter(now));
  assert_true(circuit.enter(now));
  assert_false(circuit.enter(now));
  assert_false(circuit.failed(now + 1s));
  assert_false(circuit.enter(now + 30s));
  assert_true(circuit.enter(now + 31s));
  assert_true(circuit.succeeded());
  assert_true(circuit.enter(now + 31s));
  assert_true(circuit.enter(now + 31s));
}

void failures_count_only_in_a_row(void**) {
  // S3
  SmsCircuit circuit(2, 30s);
  const SmsCircuit::Time now{1h};
  for (int i = 0; i < 5; ++i) {
    assert_false(circuit.failed(now));
    assert_false(circuit.succeeded());
  }
  assert_true(circuit.enter(now));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(success_is_a_status_and_what_the_body_says),
      cmocka_unit_test(what_cannot_be_read_may_have_been_taken),
      cmocka_unit_test(refused_for_good_is_told_from_try_the_next),
      cmocka_unit_test(a_body_of_text_is_matched_by_its_beginning_or_a_pattern),
      cmocka_unit_test(rules_that_cannot_work_are_refused),
      cmocka_unit_test(the_log_gets_a_vendors_word_and_no_number_or_code),
      cmocka_unit_test(a_gateway_that_fails_is_passed_over_and_then_tried_by_one),
      cmocka_unit_test(failures_count_only_in_a_row),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
