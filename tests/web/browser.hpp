#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "factors/qr.hpp"
#include "html.hpp"
#include "http/router.hpp"
#include "messages/catalogue.hpp"
#include "support/house.hpp"
#include "web/site.hpp"

namespace portal::test {

/// Keeps what is logged as an error or a warning.
struct Complaints final : LogSink {
  Complaints() { set_log_sink(this); }
  ~Complaints() override { set_log_sink(nullptr); }
  void write(LogLevel level, std::string_view message,
             std::span<const LogField> fields) noexcept override {
    if (level != LogLevel::error && level != LogLevel::warning) return;
    std::string line(message);
    for (const LogField& field : fields) line.append(" ").append(field.value);
    lines.push_back(line);
  }
  std::vector<std::string> lines;
};

/// What a site needs, out of a house.
inline web::Site::Neighbours neighbours_in(House& house, const Portals& portals,
                                           const Phrasebook& phrases, const QrCodes& qr_codes) {
  return {*house.registration,
          *house.login,
          *house.sessions,
          *house.store,
          portals,
          phrases,
          qr_codes,
          house.keyring,
          house.clock,
          *house.recovery,
          *house.password_reset,
          *house.password_change,
          *house.factor_change};
}

/// The site on the real domain, store and catalogues; only the directory and the clock are fakes.
struct Stage {
  explicit Stage(RegistrationSettings registration = {}, LoginSettings login = {})
      : house(std::move(registration), std::move(login)), phrases(*Catalogue::load()) {
    site = std::make_unique<web::Site>(neighbours_in(house, house.portals, *phrases, qr_codes),
                                       web::SiteSettings{});
    site->add_routes(router);
  }

  House house;
  std::unique_ptr<Catalogue> phrases;
  QrencodeQrCodes qr_codes;
  std::unique_ptr<web::Site> site;
  http::Router router;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    text += name + "=";
    for (const char c : value) {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      text += hex;
    }
  }
  return text;
}

/// A browser without JavaScript: keeps cookies, sends the CSRF token of the page it shows.
class Browser {
 public:
  explicit Browser(const Stage& stage, std::string language = "fr",
                   std::string host = "flex.example.ch")
      : stage_(stage), language_(std::move(language)), host_(std::move(host)) {}

  const http::Response& get(const std::string& to) {
    http::Request request = make(http::Method::get, to);
    return take(stage_.router.handle(request), to);
  }

  /// As a proxy asks for this browser: with its cookies and more headers.
  const http::Response& get_with(const std::string& to, const Fields& headers) {
    http::Request request = make(http::Method::get, to);
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    return take(stage_.router.handle(request), to);
  }

  /// Sends a form of the page that is shown; `fields` without its hidden ones.
  const http::Response& post(const std::string& to, Fields fields) {
    fields.emplace_back("csrf", csrf);
    return post_raw(to, encoded(fields));
  }

  const http::Response& post_raw(const std::string& to, std::string_view body,
                                 const Fields& headers = {}) {
    http::Request request = make(http::Method::post, to);
    request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("origin", "https://" + host_);
    for (const auto& [name, value] : headers) {
      std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
      if (!value.empty()) request.headers.emplace_back(name, value);
    }
    request.body = Secret(body);
    return take(stage_.router.handle(request), to);
  }

  /// As `post`, and follows where it leads.
  const http::Response& submit(const std::string& to, Fields fields) {
    post(to, std::move(fields));
    assert_int_equal(response.status, 303);
    return get(location());
  }

  std::string location() const { return header("Location"); }
  std::string header(std::string_view name) const {
    for (const auto& [header_name, value] : response.headers) {
      if (header_name == name) return value;
    }
    return "";
  }
  /// The page that is shown, after it was found sound.
  Html page() const {
    Html html(response.body);
    assert_sound(html, language_);
    return html;
  }

  http::Response response;
  std::map<std::string, std::string> cookies;
  std::vector<std::string> set_cookie_lines;
  std::string csrf;
  std::string path;

 private:
  http::Request make(http::Method method, const std::string& target) const {
    http::Request request;
    request.method = method;
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != target.npos) request.query = target.substr(question + 1);
    request.host = host_;
    request.address = "192.0.2.7";
    request.headers.emplace_back("accept-language", language_);
    std::string jar;
    for (const auto& [name, value] : cookies) {
      jar.append(jar.empty() ? "" : "; ").append(name).append("=").append(value);
    }
    if (!jar.empty()) request.headers.emplace_back("cookie", jar);
    return request;
  }

  const http::Response& take(http::Response taken, const std::string& target) {
    response = std::move(taken);
    path = target;
    set_cookie_lines.clear();
    for (const auto& [name, value] : response.headers) {
      if (name != "Set-Cookie") continue;
      set_cookie_lines.push_back(value);
      const auto equals = value.find('=');
      const std::string cookie = value.substr(0, equals);
      const std::string content = value.substr(equals + 1, value.find(';') - equals - 1);
      if (value.find("Max-Age=0") == value.npos) {
        cookies[cookie] = content;
      } else {
        cookies.erase(cookie);
      }
    }
    if (response.content_type.starts_with("text/html")) {
      csrf = Html(response.body).value_of("csrf");
    }
    return response;
  }

  const Stage& stage_;
  std::string language_;
  std::string host_;
};

// The steps of a person, each from the page before.

inline void open_identity(Browser& browser) {
  browser.get("/register");
  browser.submit("/register", {{"audience", "insured"}});
}

inline Fields identity_fields(std::string_view code = kCode, std::string_view ahv = kAhv,
                              std::string_view born = kBorn) {
  return {{"audience", "insured"},      {"ahv", std::string(ahv)},
          {"born", std::string(born)},  {"activation_code", std::string(code)},
          {"terms_version", "2026-01"}, {"accept_terms", "yes"}};
}

inline Fields credentials_fields(std::string_view email = "anna.muster@example.ch") {
  return {{"email", std::string(email)},
          {"password", std::string(kPassword)},
          {"password_again", std::string(kPassword)}};
}

inline std::string code_sent(Stage& stage) { return std::string(stage.house.code_sent().reveal()); }

/// Stands at the choice of the factor.
inline void prove_mail(Browser& browser, Stage& stage) {
  open_identity(browser);
  browser.submit("/register/identity", identity_fields());
  browser.submit("/register/credentials", credentials_fields());
  browser.submit("/register/mail-code", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/register/factor");
}

inline void register_by_sms(Browser& browser, Stage& stage) {
  prove_mail(browser, stage);
  browser.submit("/register/factor", {{"factor", "sms"}});
  browser.submit("/register/phone", {{"phone", "079 123 45 67"}});
  browser.submit("/register/sms-code", {{"code", code_sent(stage)}});
  assert_text(browser.path, "/register/done");
  stage.house.clock.advance(std::chrono::minutes(1));
}

/// Stands at the question for the code.
inline void give_password(Browser& browser, std::string_view name = "anna.muster@example.ch") {
  browser.get("/login");
  browser.submit("/login",
                 {{"user_name", std::string(name)}, {"password", std::string(kPassword)}});
  assert_text(browser.path, "/login/code");
}

inline void log_in_by_sms(Browser& browser, Stage& stage) {
  give_password(browser);
  browser.submit("/login/code", {{"code", code_sent(stage)}});
  assert_true(browser.path.starts_with("/account"));
}

}  // namespace portal::test
