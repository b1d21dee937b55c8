// config/openapi.json against the code: the same routes, and answers of the shapes it promises.

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "base/key_file.hpp"
#include "fixture.hpp"
#include "source_routes.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

const json& document() {
  static const json parsed = [] {
    const std::string root = std::getenv("PORTAL_SOURCE");
    const auto text = read_text_file(root + "/config/openapi.json", 1024 * 1024);
    assert_ok(text);
    return json::parse(*text);
  }();
  return parsed;
}

/// What a `$ref` means.
const json& resolved(const json& node) {
  const auto reference = node.find("$ref");
  if (reference == node.end()) return node;
  return document().at(json::json_pointer(reference->get<std::string>().substr(1)));
}

bool is_of_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  return type == "null" && value.is_null();
}

bool is_of_a_type(const json& value, const json& types) {
  if (types.is_string()) return is_of_type(value, types.get<std::string>());
  return std::any_of(types.begin(), types.end(),
                     [&](const json& type) { return is_of_type(value, type.get<std::string>()); });
}

bool fits(const json& value, const json& schema_or_reference, std::string& why, std::string at);

bool members_fit(const json& value, const json& schema, std::string& why, const std::string& at) {
  for (const json& name : schema.at("required")) {
    if (!value.contains(name.get<std::string>())) {
      why = at + "/" + name.get<std::string>() + " is missing";
      return false;
    }
  }
  for (const auto& [name, member] : value.items()) {
    if (!schema.at("properties").contains(name)) {
      why = at + "/" + name + " is not documented";
      return false;
    }
    if (!fits(member, schema.at("properties").at(name), why, at + "/" + name)) return false;
  }
  return true;
}

/// The part of JSON Schema that the document uses.
bool fits(const json& value, const json& schema_or_reference, std::string& why, std::string at) {
  const json& schema = resolved(schema_or_reference);
  why = at + " does not fit " + schema.dump();
  if (schema.contains("const")) return value == schema.at("const");
  if (schema.contains("oneOf")) {
    return std::any_of(schema.at("oneOf").begin(), schema.at("oneOf").end(),
                       [&](const json& one) { return fits(value, one, why, at); });
  }
  if (!is_of_a_type(value, schema.at("type"))) return false;
  if (schema.contains("enum") && std::find(schema.at("enum").begin(), schema.at("enum").end(),
                                           value) == schema.at("enum").end()) {
    return false;
  }
  if (value.is_object()) return members_fit(value, schema, why, at);
  if (!value.is_array()) return true;
  return std::all_of(value.begin(), value.end(),
                     [&](const json& item) { return fits(item, schema.at("items"), why, at); });
}

/// Asks, and holds the answer against what the document says of `method pattern`.
json checked(const Desk& desk, const std::string& method, const std::string& pattern,
             const std::string& target, const json& body = {}) {
  const auto response = desk.ask(method_named(method), target, body.is_null() ? "" : body.dump());
  const json& responses = document().at("paths").at(pattern).at(method).at("responses");
  const std::string status = std::to_string(response.status);
  const json& promised =
      resolved(responses.contains(status) ? responses.at(status) : responses.at("default"));
  if (!promised.contains("content")) {
    assert_true(response.body.empty());
    return {};
  }
  const json answer = json::parse(response.body);
  const json& schema = promised.at("content").at(response.content_type).at("schema");
  std::string why;
  if (!fits(answer, schema, why, pattern)) fail_msg("%s", why.c_str());
  return answer;
}

void the_document_and_the_code_have_the_same_routes(void**) {
  // C2
  std::set<SourceRoute> documented;
  for (const auto& [path, operations] : document().at("paths").items()) {
    for (const auto& [method, operation] : operations.items()) documented.emplace(method, path);
  }
  const auto registered = source_routes();
  for (const auto& [method, path] : registered) {
    if (!documented.contains({method, path})) {
      fail_msg("%s %s is not documented", method.c_str(), path.c_str());
    }
  }
  for (const auto& [method, path] : documented) {
    if (!registered.contains({method, path})) {
      fail_msg("%s %s is documented and not there", method.c_str(), path.c_str());
    }
  }
}

void answers_about_imports_have_the_documented_shape(void**) {
  // J6
  const Desk desk;
  const json opened = checked(desk, "post", "/v1/imports", "/v1/imports");
  const std::string import = "/v1/imports/" + opened.at("id").get<std::string>();
  json rows = person_rows(1, 2);
  rows["rows"][0]["activation_code"] = "1234";
  std::string why;
  if (!fits(rows, document().at("components").at("schemas").at("PersonRows"), why, "")) {
    fail_msg("%s", why.c_str());
  }
  assert_int_equal(
      checked(desk, "post", "/v1/imports/{id}/rows", import + "/rows", rows).at("rows"), 2);
  assert_int_equal(
      checked(desk, "post", "/v1/imports/{id}/commit", import + "/commit", json{{"rows", 2}})
          .at("added"),
      2);
  checked(desk, "get", "/v1/imports/{id}", import).at("settled");
  checked(desk, "delete", "/v1/imports/{id}", opened_import(desk));
  checked(desk, "post", "/v1/codes", "/v1/codes",
          json{{"ahv_number", ahv_number(1)}, {"portal", "flex"}, {"audience", "insured"}})
      .at("code");
}

void answers_about_accounts_have_the_documented_shape(void**) {
  // J2
  Desk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  registered_by_sms(desk.house);
  const json account = checked(desk, "get", "/v1/accounts", "/v1/accounts?limit=1")["accounts"][0];
  const std::string path = "/v1/accounts/" + account.at("id").get<std::string>();
  const Granted granted{AccountId(account.at("id").get<std::string>()), FactorKind::sms,
                        DecisionId::random()};
  assert_ok(desk.house.sessions->open_web(granted, PortalId("flex"), desk.house.source));
  checked(desk, "get", "/v1/accounts/{name}", path).at("factor").at("kind");
  checked(desk, "get", "/v1/accounts/{name}", path + "?reveal=identity");
  checked(desk, "get", "/v1/accounts/{name}/sessions", path + "/sessions")["sessions"].at(0);
  const json session = checked(desk, "get", "/v1/sessions", "/v1/sessions")["sessions"].at(0);
  checked(desk, "delete", "/v1/sessions/{id}",
          "/v1/sessions/" + session.at("id").get<std::string>());
  checked(desk, "get", "/v1/accounts/{name}/data", path + "/data").at("terms").at(0);
  for (const std::string act : {"reset", "lock", "reset", "unlock", "reset-factor",
                                "allow-enrolment", "disable", "enable", "disable"}) {
    checked(desk, "post", "/v1/accounts/{name}/" + act, path + "/" + act);
  }
  checked(desk, "get", "/v1/accounts/{name}", path);
  checked(desk, "get", "/v1/accounts/{name}/data", path + "/data").at("phone");
  checked(desk, "delete", "/v1/accounts/{name}", path);  // 409: a message is on its way
  (void)desk.house.sent();
  checked(desk, "delete", "/v1/accounts/{name}", path).at("entry_uuid");
  checked(desk, "get", "/v1/audit", "/v1/audit?limit=1000")["records"].at(0);
  checked(desk, "post", "/v1/audit/verify", "/v1/audit/verify").at("last_hash");
  desk.tamper("update audit set reason = 'x' where number = 1");
  checked(desk, "post", "/v1/audit/verify", "/v1/audit/verify").at("first_broken");
  checked(desk, "get", "/v1/status", "/v1/status").at("version");
}

void answers_about_invited_persons_have_the_documented_shape(void**) {
  // J5
  Desk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  (void)identified(desk.house);
  const json body = {{"ahv_number", kAhv}};
  const json data = checked(desk, "post", "/v1/persons/data", "/v1/persons/data", body);
  data.at("letters").at(0);
  data.at("registrations").at(0);
  data.at("records").at(0);
  checked(desk, "post", "/v1/persons/erase", "/v1/persons/erase", body);
  assert_text(checked(desk, "post", "/v1/persons/erase", "/v1/persons/erase", body)
                  .at("code")
                  .get<std::string>(),
              "not_found");
}

void answers_about_the_outbox_have_the_documented_shape(void**) {
  // J2
  Desk desk;
  desk.house.invite(kAhv, kBorn, kCode);
  const Secret token = identified(desk.house);
  assert_ok(desk.house.registration->choose_credentials(
      token, *EmailAddress::parse("anna.muster@example.ch"), Secret(kPassword), desk.house.source));
  const json listed = checked(desk, "get", "/v1/outbox", "/v1/outbox?channel=mail");
  const std::string path = "/v1/outbox/" + listed.at("messages").at(0).at("id").get<std::string>();
  checked(desk, "get", "/v1/outbox/{id}", path).at("recipient");
  checked(desk, "post", "/v1/outbox/{id}/retry", path + "/retry").at("decision");
  (void)desk.house.sent();
  checked(desk, "get", "/v1/outbox", "/v1/outbox?state=sent&limit=1").at("next");
  assert_text(checked(desk, "post", "/v1/outbox/{id}/retry", path + "/retry").at("code").dump(),
              "\"conflict\"");
}

void answers_about_mails_have_the_documented_shape(void**) {
  // J2
  const Desk desk;
  const json made =
      checked(desk, "post", "/v1/mail/test", "/v1/mail/test", json{{"address", "anna@example.ch"}});
  assert_int_equal(made.at("attempts").size(), 2);
}

void answers_about_sms_have_the_documented_shape(void**) {
  // J2
  const Desk desk;
  const json made =
      checked(desk, "post", "/v1/sms/test", "/v1/sms/test", json{{"number", "079 000 00 11"}});
  assert_int_equal(made.at("attempts").size(), 2);
}

void answers_about_keys_have_the_documented_shape(void**) {
  // T7
  Desk desk;
  assert_ok(add_key_to_file(desk.house.key_file()));
  const auto state = [&] {
    const json shown = checked(desk, "get", "/v1/keys", "/v1/keys");
    return shown.at("keys").at(0).at("state").get<std::string>();
  };
  assert_text(state(), "active");
  const json done = checked(desk, "post", "/v1/keys/activate", "/v1/keys/activate");
  assert_text(done.at("active").get<std::string>(), desk.house.keyring.fingerprint());
  assert_text(state(), "active");
  const json shown = checked(desk, "get", "/v1/keys", "/v1/keys");
  assert_int_equal(shown.at("keys").size(), 2);
  assert_text(shown.at("keys").at(1).at("state").get<std::string>(), "earlier");
  assert_false(shown.at("resealing").is_null());
  assert_true(shown.at("holders").at(0).at("lacks").is_null());
  assert_int_equal(desk.house.event_count("key.activated"), 1);
  std::filesystem::remove(desk.house.key_file());
  assert_text(
      checked(desk, "post", "/v1/keys/activate", "/v1/keys/activate").at("code").get<std::string>(),
      "not_found");
}

void refusals_have_the_documented_shape(void**) {
  // J6
  const Desk desk;
  for (const auto& [method, pattern] : source_routes()) {
    const json problem =
        checked(desk, method, pattern, path_like(pattern) + "?no=1", json{{"no", 1}});
    if (problem.contains("errors"))
      assert_text(problem.at("code").get<std::string>(), "invalid_request");
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_document_and_the_code_have_the_same_routes),
      cmocka_unit_test(answers_about_imports_have_the_documented_shape),
      cmocka_unit_test(answers_about_accounts_have_the_documented_shape),
      cmocka_unit_test(answers_about_invited_persons_have_the_documented_shape),
      cmocka_unit_test(answers_about_the_outbox_have_the_documented_shape),
      cmocka_unit_test(answers_about_mails_have_the_documented_shape),
      cmocka_unit_test(answers_about_sms_have_the_documented_shape),
      cmocka_unit_test(answers_about_keys_have_the_documented_shape),
      cmocka_unit_test(refusals_have_the_documented_shape),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
