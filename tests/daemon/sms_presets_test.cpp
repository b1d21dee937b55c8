// Each preset against a server that answers as its vendor documents; where, says the preset's file.
#include <fstream>

#include "daemon/key_tables.hpp"
#include "daemon/sms_presets.hpp"
#include "delivery/scripted_gateway.hpp"
#include "delivery/sms/gateway.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::assert_text;
using test::ScriptedGateway;

namespace {

constexpr UtcTime kNow = from_millis(1'795'459'821'123);

/// What an administrator writes, as the daemon reads it.
Result<SmsGatewaysSettings> read(const std::string& toml) {
  const test::TemporaryFolder folder;
  const auto secret = folder.path() / "gateway.secret";
  std::ofstream(secret) << "s3\"cret\n";
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  Reading reading(folder.path() / "portald.toml");
  SmsGatewaysSettings settings;
  const auto document = parse_toml(toml);
  assert_true(document.has_value());
  read_table(key_tables::of_sms_gateways(), settings, *document, "sms", reading);
  if (!reading.clean()) return fail(Errc::malformed, reading.report_text());
  return settings;
}

std::string with_preset(const std::string& preset, const std::string& more = "") {
  return "[[gateway]]\nname = \"one\"\npreset = \"" + preset +
         "\"\nuser = \"portal\"\nsecret_file = \"gateway.secret\"\nsender = \"Kasse\"\n" + more;
}

/// A vendor's server in our hands: the preset's own path, on this host.
class Vendor {
 public:
  Vendor(const std::string& preset, std::vector<ScriptedGateway::Answer> script,
         const std::string& more = "")
      : server_(std::move(script)) {
    Result<SmsGatewaysSettings> settings = read(with_preset(preset, more));
    assert_ok(settings);
    SmsGatewaySettings& gateway = settings->gateways.at(0);
    const std::size_t path = gateway.url.find('/', std::string("https://").size());
    gateway.url = server_.url(gateway.url.substr(path));
    Result<SmsGateway> opened = SmsGateway::open(std::move(gateway));
    assert_ok(opened);
    gateway_.emplace(std::move(*opened));
  }

  SmsTry send(const std::string& text = "Code für \"flex\": 447683") {
    return gateway_->send(
        {MessageId("m1"), PortalId("flex"), *PhoneNumber::from_e164("+41791234567"), Secret(text),
         kNow, kNow + 10min},
        kNow);
  }
  SmsOutcome outcome() { return send().outcome; }
  ScriptedGateway::Request last() const { return server_.requests().back(); }

 private:
  ScriptedGateway server_;
  std::optional<SmsGateway> gateway_;
};

void kannel_takes_queues_and_rejects(void**) {
  // S3: 202 says nothing, the body does
  Vendor kannel("kannel", {ScriptedGateway::says(202, "0: Accepted for delivery"),
                           ScriptedGateway::says(202, "3: Queued for later delivery"),
                           ScriptedGateway::says(403, "Authorization failed for sendsms"),
                           ScriptedGateway::says(503, "Temporal failure, try again later."),
                           ScriptedGateway::says(202, "0: Accepted for delivery")});
  assert_true(kannel.outcome() == SmsOutcome::accepted);
  assert_true(kannel.last().head.starts_with("POST /cgi-bin/sendsms HTTP/1.1"));
  for (const char* header :
       {"X-Kannel-Username: portal", "X-Kannel-Password: s3\"cret", "X-Kannel-From: Kasse",
        "X-Kannel-To: +41791234567", "X-Kannel-Coding: 0", "X-Kannel-Validity: 10",
        "Content-Type: text/plain; charset=utf-8"}) {
    assert_true(kannel.last().has("\r\n" + std::string(header) + "\r\n"));
  }
  assert_text(kannel.last().body, "Code für \"flex\": 447683");
  assert_true(kannel.outcome() == SmsOutcome::unknown);
  assert_true(kannel.outcome() == SmsOutcome::refused);
  assert_true(kannel.outcome() == SmsOutcome::refused);
  assert_true(kannel.send("Accès: peut-être 447683").outcome == SmsOutcome::accepted);
  assert_true(kannel.last().has("\r\nX-Kannel-Coding: 2\r\n"));
}

void twilio_queues_and_names_its_errors(void**) {
  // S3
  const auto error = [](const std::string& code) {
    return ScriptedGateway::says(400, "{\"code\": " + code +
                                          ", \"message\": \"The 'To' number +41791234567 is not a "
                                          "valid phone number.\", \"status\": 400}");
  };
  Vendor twilio(
      "twilio",
      {ScriptedGateway::says(
           201, R"({"sid": "SM0", "status": "queued", "error_code": null, "to": "+41791234567"})"),
       ScriptedGateway::says(201, R"({"sid": "SM0", "status": "failed", "error_code": 30003})"),
       error("21211"), error("21614"), error("21606"),
       ScriptedGateway::says(401, R"({"code": 20003, "message": "Authenticate"})"),
       ScriptedGateway::says(429, R"({"code": 20429, "message": "Too Many Requests"})")});
  assert_true(twilio.outcome() == SmsOutcome::accepted);
  assert_true(twilio.last().head.starts_with("POST /2010-04-01/Accounts/portal/Messages.json "));
  assert_true(twilio.last().has("\r\nAuthorization: Basic cG9ydGFsOnMzImNyZXQ="));
  assert_text(twilio.last().body,
              "To=%2B41791234567&From=Kasse&ValidityPeriod=600"
              "&Body=Code%20f%C3%BCr%20%22flex%22%3A%20447683");
  assert_true(twilio.outcome() == SmsOutcome::refused);
  const SmsTry invalid = twilio.send();
  assert_true(invalid.outcome == SmsOutcome::hopeless);
  assert_text(invalid.why, "HTTP 400, 21211");
  assert_true(twilio.outcome() == SmsOutcome::hopeless);
  assert_true(twilio.outcome() == SmsOutcome::refused);
  assert_true(twilio.outcome() == SmsOutcome::refused);
  assert_true(twilio.outcome() == SmsOutcome::refused);
}

void aspsms_says_all_with_200(void**) {
  // S3: 200 with an error body is not "sent"
  Vendor aspsms("aspsms",
                {ScriptedGateway::says(200, R"({"StatusCode":"1","StatusInfo":"OK"})"),
                 ScriptedGateway::says(200, R"({"StatusCode":"3","StatusInfo":"Authorization"})"),
                 ScriptedGateway::says(200, R"({"StatusCode":"5","StatusInfo":"Credits"})")});
  assert_true(aspsms.outcome() == SmsOutcome::accepted);
  assert_true(aspsms.last().head.starts_with("POST /SendTextSMS "));
  assert_text(aspsms.last().body,
              R"({"UserName":"portal","Password":"s3\"cret","Originator":"Kasse",)"
              R"("Recipients":["+41791234567"],"MessageText":"Code für \"flex\": 447683",)"
              R"("ForceGSM7bit":false})");
  assert_true(aspsms.outcome() == SmsOutcome::refused);
  assert_true(aspsms.outcome() == SmsOutcome::refused);
}

void ecall_gives_an_id(void**) {
  // S3
  Vendor ecall(
      "ecall",
      {ScriptedGateway::says(201, R"({"messageId":"0b8e6a1c-0000-4000-8000-000000000000"})"),
       ScriptedGateway::says(400, R"({"errorCode":"InvalidContent","errorMessage":"to"})"),
       ScriptedGateway::says(200, R"({"errorCode":"NoPoints"})")});
  assert_true(ecall.outcome() == SmsOutcome::accepted);
  assert_true(ecall.last().head.starts_with("POST /api/message "));
  assert_true(ecall.last().has("\r\nAuthorization: Basic "));
  assert_text(ecall.last().body,
              R"({"channel":"Sms","from":"Kasse","to":"+41791234567",)"
              R"("content":{"type":"Text","text":"Code für \"flex\": 447683"}})");
  assert_true(ecall.outcome() == SmsOutcome::refused);
  assert_true(ecall.outcome() == SmsOutcome::refused);
}

void swisscom_answers_without_content(void**) {
  // S3
  Vendor swisscom("swisscom",
                  {ScriptedGateway::says(201, ""), ScriptedGateway::says(401, R"({"status":401})"),
                   ScriptedGateway::says(429, ""), ScriptedGateway::says(500, "")});
  assert_true(swisscom.outcome() == SmsOutcome::accepted);
  assert_true(swisscom.last().head.starts_with("POST /messaging/sms "));
  for (const char* header : {"client_id: s3\"cret", "SCS-Version: 2", "SCS-Request-ID: m1",
                             "Content-Type: application/json"}) {
    assert_true(swisscom.last().has("\r\n" + std::string(header)));
  }
  assert_text(swisscom.last().body,
              R"({"from":"Kasse","to":"+41791234567","text":"Code für \"flex\": 447683"})");
  assert_true(swisscom.outcome() == SmsOutcome::refused);
  assert_true(swisscom.outcome() == SmsOutcome::refused);
  assert_true(swisscom.outcome() == SmsOutcome::unknown);
}

void a_gateway_of_ones_own_says_what_became_of_it(void**) {
  // S3
  Vendor own("generic-json",
             {ScriptedGateway::says(200, R"({"status":"accepted"})"),
              ScriptedGateway::says(422, R"({"status":"refused"})"),
              ScriptedGateway::says(200, R"({"status":"busy"})")},
             "url = \"https://sms.example.ch/v1/send\"\n");
  assert_true(own.outcome() == SmsOutcome::accepted);
  assert_true(own.last().has("\r\nAuthorization: Bearer s3\"cret"));
  assert_text(own.last().body, R"({"id":"m1","from":"Kasse","to":"+41791234567",)"
                               R"("text":"Code für \"flex\": 447683","seconds":600})");
  assert_true(own.outcome() == SmsOutcome::hopeless);
  assert_true(own.outcome() == SmsOutcome::refused);
}

void every_preset_names_its_source_and_opens(void**) {
  // S3
  assert_int_equal(sms_presets().size(), 6);
  for (const EmbeddedFile& file : sms_presets()) {
    assert_true(file.content.find("# Source: ") != std::string_view::npos);
    const std::string preset(file.name.substr(0, file.name.find('.')));
    const bool own = preset == "generic-json";
    Result<SmsGatewaysSettings> settings =
        read(with_preset(preset, own ? "url = \"https://sms.example.ch/\"\n" : ""));
    assert_ok(settings);
    assert_ok(SmsGateway::open(std::move(settings->gateways.at(0))));
  }
}

void a_gateways_own_keys_stand_above_its_presets(void**) {
  // S3
  const auto settings = read(with_preset("kannel",
                                         "url = \"https://sms.example.ch/\"\n"
                                         "accepted = { status = [200] }\n"));
  assert_ok(settings);
  const SmsGatewaySettings& gateway = settings->gateways.at(0);
  assert_text(gateway.url, "https://sms.example.ch/");
  assert_int_equal(gateway.accepted.status.size(), 1);
  assert_text(gateway.accepted.begins, "");
  assert_text(gateway.ucs2, "2");
}

void mistakes_are_told_with_their_place(void**) {
  // S3
  const auto twice = read(with_preset("kannel") + with_preset("swisscom"));
  assert_error(twice, Errc::malformed);
  assert_true(twice.error().detail.find("two SMS gateways have the name") != std::string::npos);
  const auto unknown = read(with_preset("kanel"));
  assert_error(unknown, Errc::malformed);
  assert_true(unknown.error().detail.find("portald.toml:3:") != std::string::npos);
  assert_true(unknown.error().detail.find("\"kannel\"") != std::string::npos);
  assert_error(read(with_preset("kannel", "accepted = { status = [42] }\n")), Errc::malformed);
  assert_error(read("[[gateway]]\nname = \"First!\"\nurl = \"https://sms.example.ch/\"\n"),
               Errc::malformed);
  assert_error(read("[[gateway]]\nname = \"first\"\n"), Errc::malformed);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(kannel_takes_queues_and_rejects),
      cmocka_unit_test(twilio_queues_and_names_its_errors),
      cmocka_unit_test(aspsms_says_all_with_200),
      cmocka_unit_test(ecall_gives_an_id),
      cmocka_unit_test(swisscom_answers_without_content),
      cmocka_unit_test(a_gateway_of_ones_own_says_what_became_of_it),
      cmocka_unit_test(every_preset_names_its_source_and_opens),
      cmocka_unit_test(a_gateways_own_keys_stand_above_its_presets),
      cmocka_unit_test(mistakes_are_told_with_their_place),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
