#include "delivery/sms/gateway.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "delivery/curl_handle.hpp"
#include "delivery/sms/alphabet.hpp"
#include "delivery/sms/template.hpp"

namespace portal {
namespace {

using Escaping = SmsTemplate::Escaping;
using Settings = SmsGatewaySettings;

constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds kConnecting{3000};

Escaping escaping_for(Settings::BodyFormat format) {
  switch (format) {
    case Settings::BodyFormat::form: return Escaping::percent;
    case Settings::BodyFormat::json: return Escaping::json;
    case Settings::BodyFormat::xml: return Escaping::xml;
    case Settings::BodyFormat::text:
    case Settings::BodyFormat::none: return Escaping::none;
  }
  return Escaping::none;
}

std::string content_type_of(Settings::BodyFormat format) {
  switch (format) {
    case Settings::BodyFormat::form: return "application/x-www-form-urlencoded";
    case Settings::BodyFormat::json: return "application/json; charset=utf-8";
    case Settings::BodyFormat::xml: return "application/xml; charset=utf-8";
    case Settings::BodyFormat::text: return "text/plain; charset=utf-8";
    case Settings::BodyFormat::none: return {};
  }
  return {};
}

const char* verb_of(Settings::Method method) {
  switch (method) {
    case Settings::Method::get: return "GET";
    case Settings::Method::post: return "POST";
    case Settings::Method::put: return "PUT";
  }
  return "POST";
}

/// A line of the request's head.
struct Header {
  SmsTemplate line;
  bool on_reports;  ///< left out where none can come
};

/// The scheme of an address that may be asked, or nothing. Where the request goes never depends on
/// a message.
std::optional<std::string> safe_scheme(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  std::string scheme(url.substr(0, colon));
  const std::string_view rest = url.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.find_first_of("{}@\\") != std::string_view::npos) {
    return std::nullopt;
  }
  if (scheme == "https") return scheme;
  const std::string_view host = authority.starts_with('[')
                                    ? authority.substr(0, authority.find(']') + 1)
                                    : authority.substr(0, authority.find(':'));
  const bool on_this_host = host == "127.0.0.1" || host == "[::1]" || host == "localhost";
  if (scheme == "http" && on_this_host) return scheme;
  return std::nullopt;
}

struct Answer {
  std::string body;
  bool too_long = false;
};

std::size_t take_answer(char* data, std::size_t, std::size_t size, void* into) {
  auto& answer = *static_cast<Answer*>(into);
  answer.too_long = answer.body.size() + size > kLongestAnswer;
  if (answer.too_long) return 0;  // ends the transfer
  answer.body.append(data, size);
  return size;
}

Result<void> want_readable(const std::filesystem::path& file) {
  if (file.empty() || ::access(file.c_str(), R_OK) == 0) return {};
  return fail(Errc::malformed, file.string() + " cannot be read");
}

Result<void> check(const Settings& settings) {
  if (settings.body_format == Settings::BodyFormat::none && !settings.body.empty()) {
    return fail(Errc::malformed, "body: needs body_format");
  }
  if (settings.method == Settings::Method::get && !settings.body.empty()) {
    return fail(Errc::malformed, "body: method \"get\" has none");
  }
  if (settings.authentication != Settings::Authentication::none && settings.secret.empty()) {
    return fail(Errc::malformed, "authentication: needs secret_file");
  }
  if (settings.client_key.empty() != settings.client_certificate.empty()) {
    return fail(Errc::malformed, "client_certificate and client_key go together");
  }
  for (const auto* file : {&settings.ca_file, &settings.client_certificate, &settings.client_key}) {
    if (Result<void> readable = want_readable(*file); !readable) return readable;
  }
  return {};
}

}  // namespace

struct SmsGateway::Parts {
  Settings settings;
  std::string scheme;
  AnswerRules rules;
  SmsTemplate url;
  SmsTemplate body;
  std::vector<Header> headers;

  void prepare(CurlHandle& curl) const;
  void authenticate(CurlHandle& curl) const;
  CurlList head(const SmsValues& values) const;
  SmsTry judge(CurlHandle& curl, CURLcode code, const Answer& answer) const;
};

SmsGateway::SmsGateway(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
SmsGateway::SmsGateway(SmsGateway&&) noexcept = default;
SmsGateway& SmsGateway::operator=(SmsGateway&&) noexcept = default;
SmsGateway::~SmsGateway() = default;

const std::string& SmsGateway::name() const noexcept { return parts_->settings.name; }

Result<SmsGateway> SmsGateway::open(SmsGatewaySettings settings) {
  const auto wrong = [name = settings.name](const std::string& what) {
    return fail(Errc::malformed, "SMS gateway " + name + ": " + what);
  };
  if (Result<void> checked = check(settings); !checked) return wrong(checked.error().detail);
  std::optional<std::string> scheme = safe_scheme(settings.url);
  if (!scheme) {
    return wrong(
        "url: wants https://, or http:// on 127.0.0.1, [::1] or localhost, with neither "
        "placeholder nor user name in the host");
  }
  Result<AnswerRules> rules = AnswerRules::compile(settings);
  if (!rules) return wrong(rules.error().detail);
  Result<SmsTemplate> url = SmsTemplate::parse(settings.url, Escaping::percent);
  if (!url) return wrong("url: " + url.error().detail);
  Result<SmsTemplate> body = SmsTemplate::parse(settings.body, escaping_for(settings.body_format));
  if (!body) return wrong("body: " + body.error().detail);
  std::vector<Header> headers;
  for (const std::string& line : settings.headers) {
    if (line.find(": ") == std::string::npos) return wrong("headers: wants \"Name: value\"");
    Result<SmsTemplate> header = SmsTemplate::parse(line, Escaping::none);
    if (!header) return wrong("headers: " + header.error().detail);
    headers.push_back({std::move(*header), line.find("{report}") != std::string::npos});
  }
  return SmsGateway(std::make_unique<const Parts>(Parts{std::move(settings), std::move(*scheme),
                                                        std::move(*rules), std::move(*url),
                                                        std::move(*body), std::move(headers)}));
}

void SmsGateway::Parts::prepare(CurlHandle& curl) const {
  curl.set(CURLOPT_PROTOCOLS_STR, scheme.c_str());
  // HTTP/2 has answers upon which libcurl sends a request again.
  curl.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl.set(CURLOPT_FRESH_CONNECT, 1L);
  curl.set(CURLOPT_FORBID_REUSE, 1L);
  curl.set_time_limits(settings.timeout, std::min(settings.timeout, kConnecting));
  curl.set(CURLOPT_WRITEFUNCTION, &take_answer);
  if (!settings.ca_file.empty()) {
    curl.set(CURLOPT_CAINFO, settings.ca_file.c_str());
    curl.set(CURLOPT_CAPATH, nullptr);
  }
  if (!settings.client_certificate.empty()) {
    curl.set(CURLOPT_SSLCERT, settings.client_certificate.c_str());
    curl.set(CURLOPT_SSLKEY, settings.client_key.c_str());
  }
}

void SmsGateway::Parts::authenticate(CurlHandle& curl) const {
  // The value is copied, and wiped when the handle ends.
  const std::string_view secret = settings.secret.reveal();
  std::string text(secret);
  switch (settings.authentication) {
    case Settings::Authentication::none: break;
    case Settings::Authentication::basic:
      curl.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl.set(CURLOPT_USERNAME, settings.user.c_str());
      curl.set(CURLOPT_PASSWORD, text.c_str());
      break;
    case Settings::Authentication::bearer:
      curl.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl.set(CURLOPT_XOAUTH2_BEARER, text.c_str());
      break;
  }
  wipe(text);
}

CurlList SmsGateway::Parts::head(const SmsValues& values) const {
  CurlList lines;
  lines.add("Expect:");  // it would wait a second for "100 Continue"
  const std::string type = content_type_of(settings.body_format);
  if (!type.empty()) lines.add("Content-Type: " + type);
  for (const Header& header : headers) {
    if (header.on_reports && values.at("report").empty()) continue;
    std::string line(header.line.fill(values).reveal());
    lines.add(line);
    wipe(line);
  }
  return lines;
}

SmsTry SmsGateway::Parts::judge(CurlHandle& curl, CURLcode code, const Answer& answer) const {
  const long status = curl.info<long>(CURLINFO_RESPONSE_CODE);
  if (code == CURLE_OK) {
    return {rules.judge(status, answer.body), rules.describe(status, answer.body)};
  }
  std::string why = answer.too_long ? "an answer of more than 64 KiB" : curl.why(code);
  // Whoever has seen no byte of the request cannot have taken it.
  const bool asked = curl.info<long>(CURLINFO_REQUEST_SIZE) > 0;
  return {asked ? SmsOutcome::unknown : SmsOutcome::refused, std::move(why)};
}

std::chrono::seconds SmsGateway::report_wait() const noexcept {
  return parts_->settings.report_wait;
}

SmsTry SmsGateway::send(const OutgoingSms& sms, UtcTime now, std::string_view report) const {
  const Settings& settings = parts_->settings;
  const auto left = std::chrono::ceil<std::chrono::seconds>(sms.expires - now);
  const std::string minutes = std::to_string(std::chrono::ceil<std::chrono::minutes>(left).count());
  const std::string seconds = std::to_string(left.count());
  const std::string& number = sms.recipient.e164();
  const std::string_view text = sms.text.reveal();
  const SmsValues values = {{"number", number},
                            {"digits", std::string_view(number).substr(1)},
                            {"text", text},
                            {"sender", settings.sender},
                            {"id", sms.id.text()},
                            {"user", settings.user},
                            {"secret", settings.secret.reveal()},
                            {"coding", fits_gsm7(text) ? settings.gsm7 : settings.ucs2},
                            {"minutes", minutes},
                            {"seconds", seconds},
                            {"report", report}};
  CurlHandle curl;
  parts_->prepare(curl);
  parts_->authenticate(curl);
  std::string url(parts_->url.fill(values).reveal());
  curl.set(CURLOPT_URL, url.c_str());
  wipe(url);
  const CurlList headers = parts_->head(values);
  curl.set(CURLOPT_HTTPHEADER, headers.get());
  const Secret body = parts_->body.fill(values);
  if (settings.method != Settings::Method::get) {
    curl.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl.set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.reveal().data());
  }
  curl.set(CURLOPT_CUSTOMREQUEST, verb_of(settings.method));
  Answer answer;
  curl.set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  const CURLcode code = curl.perform();
  SmsTry tried = parts_->judge(curl, code, answer);
  wipe(answer.body);  // some repeat what they were told
  return tried;
}

}  // namespace portal
