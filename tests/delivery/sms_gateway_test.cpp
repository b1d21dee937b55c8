#include "delivery/sms/gateway.hpp"

#include <cstdlib>

#include "http/running_server.hpp"
#include "scripted_gateway.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::assert_text;
using test::ScriptedGateway;

namespace {

constexpr UtcTime kNow = from_millis(1'795'459'821'123);

OutgoingSms an_sms() {
  return {MessageId("m1"),
          PortalId("flex"),
          *PhoneNumber::from_e164("+41791234567"),
          Secret("Code für flex: 447683"),
          kNow,
          kNow + 10min};
}

SmsGatewaySettings settings_for(std::string url) {
  SmsGatewaySettings settings;
  settings.name = "first";
  settings.url = std::move(url);
  settings.body_format = SmsGatewaySettings::BodyFormat::form;
  settings.body = "to={number}&text={text}&from={sender}&id={id}&c={coding}&for={minutes}";
  settings.sender = "Caisse & Co";
  settings.accepted = {{200, 202}, "0: ", "", "", {}};
  settings.timeout = 400ms;
  return settings;
}

SmsTry try_with(SmsGatewaySettings settings) {
  const Result<SmsGateway> gateway = SmsGateway::open(std::move(settings));
  assert_ok(gateway);
  return gateway->send(an_sms(), kNow);
}

SmsOutcome outcome_of(const ScriptedGateway::Answer& answer) {
  ScriptedGateway server({answer});
  const SmsOutcome outcome = try_with(settings_for(server.url())).outcome;
  assert_int_equal(server.requests().size(), 1);
  return outcome;
}

void a_request_says_what_its_template_says(void**) {
  // S3
  ScriptedGateway server({ScriptedGateway::says(202, "0: Accepted for delivery")});
  SmsGatewaySettings settings = settings_for(server.url("/{user}/send?to={digits}"));
  settings.user = "por/tal";
  settings.secret = Secret("s3cret");
  settings.headers = {"X-Key: {secret}"};
  assert_true(try_with(std::move(settings)).outcome == SmsOutcome::accepted);
  const ScriptedGateway::Request request = server.requests().at(0);
  assert_true(request.head.starts_with("POST /por%2Ftal/send?to=41791234567 HTTP/1.1\r\n"));
  assert_true(request.has("\r\nContent-Type: application/x-www-form-urlencoded"));
  assert_true(request.has("\r\nX-Key: s3cret"));
  assert_text(request.body,
              "to=%2B41791234567&text=Code%20f%C3%BCr%20flex%3A%20447683"
              "&from=Caisse%20%26%20Co&id=m1&c=gsm7&for=10");
}

void credentials_go_by_basic_or_bearer(void**) {
  // S3
  ScriptedGateway server({ScriptedGateway::says(200, "0: ok")});
  SmsGatewaySettings basic = settings_for(server.url());
  basic.authentication = SmsGatewaySettings::Authentication::basic;
  basic.user = "portal";
  basic.secret = Secret("s3cret");
  assert_true(try_with(std::move(basic)).outcome == SmsOutcome::accepted);
  SmsGatewaySettings bearer = settings_for(server.url());
  bearer.authentication = SmsGatewaySettings::Authentication::bearer;
  bearer.secret = Secret("t0ken");
  assert_true(try_with(std::move(bearer)).outcome == SmsOutcome::accepted);
  assert_true(server.requests().at(0).has("\r\nAuthorization: Basic cG9ydGFsOnMzY3JldA=="));
  assert_true(server.requests().at(1).has("\r\nAuthorization: Bearer t0ken"));
}

void a_get_has_no_body(void**) {
  // S3
  ScriptedGateway server({ScriptedGateway::says(200, "0: ok")});
  SmsGatewaySettings settings = settings_for(server.url("/?t={text}"));
  settings.method = SmsGatewaySettings::Method::get;
  settings.body.clear();
  assert_true(try_with(std::move(settings)).outcome == SmsOutcome::accepted);
  assert_true(server.requests().at(0).head.starts_with("GET /?t=Code%20f%C3%BCr%20flex%3A"));
  assert_false(server.requests().at(0).has("Content-Length"));
}

void a_proxy_of_the_environment_is_not_used(void**) {
  // L3
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  assert_true(outcome_of(ScriptedGateway::says(200, "0: ok")) == SmsOutcome::accepted);
  ::unsetenv("http_proxy");
}

void an_error_in_the_body_is_not_sent(void**) {
  // S3
  assert_true(outcome_of(ScriptedGateway::says(200, "error: no credit")) == SmsOutcome::refused);
  assert_true(outcome_of(ScriptedGateway::says(403, "0: no")) == SmsOutcome::refused);
}

void an_error_of_the_server_may_have_come_too_late(void**) {
  // S3
  assert_true(outcome_of(ScriptedGateway::says(500, "0: ?")) == SmsOutcome::unknown);
}

void a_redirect_is_not_followed(void**) {
  // S3
  ScriptedGateway elsewhere({ScriptedGateway::says(200, "0: ok")});
  for (const int status : {301, 302, 307, 308}) {
    const auto redirect =
        ScriptedGateway::says(status, "", "Location: " + elsewhere.url() + "\r\n");
    assert_true(outcome_of(redirect) == SmsOutcome::refused);
  }
  assert_int_equal(elsewhere.requests().size(), 0);
}

void whoever_takes_the_request_and_is_silent_may_have_sent_it(void**) {
  // S3
  const auto begun = std::chrono::steady_clock::now();
  assert_true(outcome_of(ScriptedGateway::hangs()) == SmsOutcome::unknown);
  assert_true(outcome_of(ScriptedGateway::drips()) == SmsOutcome::unknown);
  assert_true(std::chrono::steady_clock::now() - begun < 2s);
  // Once only: libcurl would try again on a kept connection.
  assert_true(outcome_of(ScriptedGateway::hangs_up()) == SmsOutcome::unknown);
}

void a_flood_is_cut_off(void**) {
  // S3: 64 KiB
  SmsGatewaySettings settings;
  ScriptedGateway server({ScriptedGateway::floods()});
  settings = settings_for(server.url());
  settings.timeout = 5s;
  const auto begun = std::chrono::steady_clock::now();
  const SmsTry tried = try_with(std::move(settings));
  assert_true(tried.outcome == SmsOutcome::unknown);
  assert_text(tried.why, "an answer of more than 64 KiB");
  assert_true(std::chrono::steady_clock::now() - begun < 2s);
}

void whoever_was_not_reached_has_not_sent_it(void**) {
  // S3
  SmsGatewaySettings settings = settings_for("http://127.0.0.1:1/");
  assert_true(try_with(std::move(settings)).outcome == SmsOutcome::refused);
}

void a_certificate_is_verified_before_anything_is_said(void**) {
  // S3, L3
  const test::TemporaryFolder folder;
  test::make_certificate(folder.path(), "localhost");
  http::Listener listener;
  listener.kind = http::Listener::Kind::https;
  listener.address = "127.0.0.1";
  listener.certificate = folder.path() / "certificate.pem";
  listener.private_key = folder.path() / "key.pem";
  test::RunningServer server({}, listener);
  const auto settings_at = [&](const std::string& host) {
    SmsGatewaySettings settings =
        settings_for("https://" + host + ":" + std::to_string(server.port()) + "/hello");
    settings.method = SmsGatewaySettings::Method::get;
    settings.body.clear();
    settings.accepted = {{200}, "hello", "", "", {}};
    settings.timeout = 2s;
    return settings;
  };
  SmsGatewaySettings known = settings_at("localhost");
  known.ca_file = listener.certificate;
  const SmsTry good = try_with(std::move(known));
  assert_text(good.why, "HTTP 200");
  assert_true(good.outcome == SmsOutcome::accepted);
  assert_true(try_with(settings_at("localhost")).outcome == SmsOutcome::refused);
  SmsGatewaySettings other_name = settings_at("127.0.0.1");
  other_name.ca_file = listener.certificate;
  assert_true(try_with(std::move(other_name)).outcome == SmsOutcome::refused);
}

void plain_http_is_for_this_host_alone(void**) {
  // L3
  const auto opened = [](const std::string& url) {
    return SmsGateway::open(settings_for(url)).has_value();
  };
  assert_true(opened("https://sms.example.ch/send"));
  assert_true(opened("http://localhost:13013/cgi-bin/sendsms"));
  assert_true(opened("http://[::1]:13013/"));
  for (const char* url :
       {"http://sms.example.ch/", "http://127.0.0.1.example.ch/", "http://localhost@evil.example/",
        "https://{sender}.example.ch/", "https://user:pass@sms.example.ch/", "ftp://127.0.0.1/",
        "file:///etc/passwd", "https:///send", "", "sms.example.ch"}) {
    assert_false(opened(url));
  }
}

void what_cannot_work_is_refused_at_the_start(void**) {
  // S3
  SmsGatewaySettings settings = settings_for("https://sms.example.ch/");
  settings.body = "{nobody}";
  assert_error(SmsGateway::open(std::move(settings)), Errc::malformed);
  settings = settings_for("https://sms.example.ch/");
  settings.authentication = SmsGatewaySettings::Authentication::bearer;
  assert_error(SmsGateway::open(std::move(settings)), Errc::malformed);
  settings = settings_for("https://sms.example.ch/");
  settings.ca_file = "/nonexistent/ca.pem";
  assert_error(SmsGateway::open(std::move(settings)), Errc::malformed);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_request_says_what_its_template_says),
      cmocka_unit_test(credentials_go_by_basic_or_bearer),
      cmocka_unit_test(a_get_has_no_body),
      cmocka_unit_test(a_proxy_of_the_environment_is_not_used),
      cmocka_unit_test(an_error_in_the_body_is_not_sent),
      cmocka_unit_test(an_error_of_the_server_may_have_come_too_late),
      cmocka_unit_test(a_redirect_is_not_followed),
      cmocka_unit_test(whoever_takes_the_request_and_is_silent_may_have_sent_it),
      cmocka_unit_test(a_flood_is_cut_off),
      cmocka_unit_test(whoever_was_not_reached_has_not_sent_it),
      cmocka_unit_test(a_certificate_is_verified_before_anything_is_said),
      cmocka_unit_test(plain_http_is_for_this_host_alone),
      cmocka_unit_test(what_cannot_work_is_refused_at_the_start),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
