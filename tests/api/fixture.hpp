#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "api/administration_api.hpp"
#include "domain/invited_people.hpp"
#include "domain/key_rotation.hpp"
#include "domain/mail_trial.hpp"
#include "domain/outbox_administration.hpp"
#include "domain/sms_trial.hpp"
#include "http/router.hpp"
#include "store/sql/connection.hpp"
#include "support/house.hpp"

namespace portal::test {

inline constexpr std::uint32_t kDaemonGroup = 990;

inline http::Peer root_peer() { return {0, 0, 1, {0}}; }

/// Relays that take what they are given, but for one that is down.
class FakeTrials final : public MailTrials {
 public:
  Result<std::vector<MailTrial>> send(const EmailAddress& to, Language language,
                                      std::string_view relay) override {
    sent.push_back(to.text() + " " + std::string(code_of(language)) + " " + std::string(relay));
    if (relay == "third") return portal::fail(Errc::not_found, "no relay has this name");
    std::vector<MailTrial> trials;
    trials.push_back({"first", "relay_failed", "session", std::chrono::milliseconds(1500)});
    if (relay != "first") {
      trials.push_back({"second", "accepted", "end: 250", std::chrono::milliseconds(12)});
    }
    return trials;
  }
  std::vector<std::string> sent;
};

/// Gateways that take what they are given, but for the first, which is down.
class FakeSmsTrials final : public SmsTrials {
 public:
  Result<std::vector<SmsTrial>> send(const PhoneNumber& to, Language language,
                                     std::string_view gateway) override {
    sent.push_back(to.e164() + " " + std::string(code_of(language)) + " " + std::string(gateway));
    if (gateway == "third") return portal::fail(Errc::not_found, "no SMS gateway has this name");
    std::vector<SmsTrial> trials;
    trials.push_back({"first", "refused", "HTTP 403", std::chrono::milliseconds(1500)});
    if (gateway != "first") {
      trials.push_back({"second", "accepted", "HTTP 202", std::chrono::milliseconds(12)});
    }
    return trials;
  }
  std::vector<std::string> sent;
};

/// The administration API on a real store, asked through its router.
class Desk {
 public:
  Desk()
      : mail_trials(*house.store, &trials, house.clock),
        sms_trials(*house.store, &fake_sms_trials, {}, house.clock),
        invited(*house.store, house.clock),
        outbox(*house.store, house.clock),
        rotation(*house.store, house.keyring, house.clock, {house.key_file(), "node"}),
        api(*house.administration, *house.imports, invited, outbox, {mail_trials, sms_trials},
            rotation, house.portals, {{kDaemonGroup}, "0.1.0"}, house.clock) {
    api.add_routes(router);
  }

  http::Response ask(http::Method method, const std::string& target, const std::string& body = "",
                     const std::optional<http::Peer>& peer = root_peer()) const {
    http::Request request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos) request.query = target.substr(target.find('?') + 1);
    request.peer = peer;
    request.body = Secret(body);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    return router.handle(request);
  }
  http::Response get(const std::string& target) const { return ask(http::Method::get, target); }
  http::Response post(const std::string& target, const std::string& body = "") const {
    return ask(http::Method::post, target, body);
  }
  http::Response post(const std::string& target, const nlohmann::json& body) const {
    return ask(http::Method::post, target, body.dump());
  }

  /// Somebody with the store's file in their hands, but without the key, does this to the audit
  /// log.
  void tamper(const std::string& sql) const {
    const auto direct = store_file(sql::Connection::Access::write);
    for (const std::string& statement :
         {std::string("drop trigger if exists audit_is_never_changed"),
          std::string("drop trigger if exists audit_is_never_deleted"), sql}) {
      assert_ok(direct->run_once(statement));
    }
  }

  /// How many rows a table of the store has.
  std::int64_t rows_in(const std::string& table) const {
    const std::string counting = "select count(*) from " + table;
    std::int64_t rows = -1;
    assert_ok(store_file(sql::Connection::Access::read)
                  ->query(counting, {}, [&](sql::Row& row) -> Result<void> {
                    rows = row.integer();
                    return {};
                  }));
    return rows;
  }

  House house;
  http::Router router;
  FakeTrials trials;
  MailTrialService mail_trials;
  FakeSmsTrials fake_sms_trials;
  SmsTrialService sms_trials;
  InvitedPeople invited;
  OutboxAdministration outbox;
  KeyRotation rotation;
  AdministrationApi api;

 private:
  std::unique_ptr<sql::Connection> store_file(sql::Connection::Access access) const {
    const auto location =
        sql::Location::parse("sqlite://" + (house.folder.path() / "portal.db").string());
    assert_ok(location);
    auto direct = sql::Connection::open(*location, access, std::chrono::seconds(1));
    assert_ok(direct);
    return std::move(*direct);
  }
};

/// The body of an answer that has this status.
inline nlohmann::json body_of(const http::Response& response, int status) {
  if (response.status != status) {
    fail_msg("status %d, not %d: %s", response.status, status, response.body.c_str());
  }
  return response.body.empty() ? nlohmann::json() : nlohmann::json::parse(response.body);
}

/// A made-up AHV number with a right check digit, another for each `number`.
inline std::string ahv_number(int number) {
  std::string digits = std::to_string(756'100'000'000LL + number);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  return digits + std::to_string((10 - sum % 10) % 10);
}

inline nlohmann::json person_row(int line) {
  return {{"line", line},
          {"ahv_number", ahv_number(line)},
          {"birth_date", "1963-04-17"},
          {"given_name", "Anna"},
          {"family_name", "Muster"},
          {"portal", "flex"},
          {"audience", "insured"},
          {"language", "de"},
          {"activation_code", "K7QF-9XTM-4PWR-A"}};
}

/// Rows of the lines `first` to `last`.
inline nlohmann::json person_rows(int first, int last) {
  nlohmann::json rows = nlohmann::json::array();
  for (int line = first; line <= last; ++line) rows.push_back(person_row(line));
  return {{"rows", rows}};
}

inline std::string opened_import(const Desk& desk) {
  return "/v1/imports/" + body_of(desk.post("/v1/imports"), 201).at("id").get<std::string>();
}

}  // namespace portal::test
