#include <algorithm>
#include <set>

#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"
#include "daemon/sms_presets.hpp"

namespace portal::key_tables {
namespace {

using namespace std::chrono_literals;
using namespace shapes;

/// What the shipped file shows for [[sms.gateway]].
constexpr std::string_view kExample = R"(# [[sms.gateway]]
# name = "kannel"
# preset = "kannel"
# user = "portal"
# secret_file = "kannel.password"
# sender = "Portal"
)";

constexpr std::string_view kEnding = ".toml";

std::string stem_of(std::string_view file) {
  return std::string(file.substr(0, file.size() - kEnding.size()));
}

std::string names_of_presets() {
  std::string names;
  for (const EmbeddedFile& file : sms_presets()) {
    names += (names.empty() ? "\"" : ", \"") + stem_of(file.name) + "\"";
  }
  return names;
}

/// Numbers of HTTP.
Shape<AnswerRule> statuses() {
  Shape<AnswerRule> shape;
  shape.type = "a list of numbers";
  shape.range = "200 to 599";
  shape.take = [](AnswerRule& rule, const TomlValue& value, const std::string& name,
                  Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::list, name, "a list of numbers", "", reading)) return;
    for (const TomlValue& item : value.items) {
      if (!has_kind(item, TomlValue::Kind::number, name, "a number", "200 to 599", reading))
        continue;
      if (item.number < 200 || item.number > 599) {
        reading.report(item.position, wrong_value_text(name, "a number", "200 to 599",
                                                       std::to_string(item.number)));
      }
      rule.status.push_back(static_cast<int>(item.number));
    }
  };
  shape.show = [](const AnswerRule&) { return std::string(); };
  return shape;
}

Keys<AnswerRule> of_rule() {
  using S = AnswerRule;
  return {
      {"status", statuses(), "The HTTP status is one of these; without it any of 200 to 299."},
      {"begins", text(&S::begins, 256), "The body begins like this."},
      {"pattern", text(&S::pattern, 256),
       "An extended regular expression (POSIX) that is found in the body's first 4096 bytes."},
      {"pointer", text(&S::pointer, 256),
       "A JSON pointer (RFC 6901) into the body, such as \"/result/code\"."},
      {"values", texts(&S::values),
       "What stands at the pointer is one of these; without it anything but \"\"."},
  };
}

Keys<SmsGatewaySettings> of_gateway() {
  using S = SmsGatewaySettings;
  using Method = S::Method;
  using BodyFormat = S::BodyFormat;
  using Authentication = S::Authentication;
  return {
      {"name", text(&S::name, 32),
       "What the log calls it: a-z, 0-9 and -. Keep it: the name tells which gateways may already "
       "have a message that waits.",
       true},
      {"preset", text(&S::preset, 32),
       "A vendor, whose keys then hold where this gateway has none of its own: " +
           names_of_presets() +
           ". What they are, and which keys are still needed, stands in the files of config/sms."},
      {"method",
       choice(&S::method, {{"get", Method::get}, {"post", Method::post}, {"put", Method::put}}),
       "The method of the request."},
      {"url", text(&S::url),
       "Where it goes: https, or http to 127.0.0.1, [::1] or localhost. In url, headers and body "
       "stand for the message: {number} (E.164, with +), {digits} (the same without +), {text}, "
       "{id}, {report} (where to report; behind it comes \"1\" or \"delivered\", \"2\", \"16\" or "
       "\"failed\"), {coding} (see gsm7 and ucs2), {minutes} and {seconds} (how long the text is "
       "of use); "
       "for the gateway: {sender}, {user}, {secret}. Each is escaped for where it stands.",
       true},
      {"headers", texts(&S::headers),
       "More headers: \"Name: value\". One with {report} is left out where no report can come."},
      {"body_format",
       choice(&S::body_format, {{"none", BodyFormat::none},
                                {"form", BodyFormat::form},
                                {"json", BodyFormat::json},
                                {"xml", BodyFormat::xml},
                                {"text", BodyFormat::text}}),
       "What the body is: decides the Content-Type, and how what stands in it is escaped."},
      {"body", text(&S::body, 8192), "The body, on one line."},
      {"authentication",
       choice(&S::authentication, {{"none", Authentication::none},
                                   {"basic", Authentication::basic},
                                   {"bearer", Authentication::bearer}}),
       "How to log in: with user and secret (\"basic\"), with the secret as a token (\"bearer\"), "
       "or by what url, headers and body say."},
      {"user", text(&S::user, 256), "The user at the gateway."},
      {"secret_file", secret_from_file(&S::secret),
       "A file with the user's password or token, private to the daemon's user."},
      {"ca_file", path(&S::ca_file),
       "The certificate authorities that the gateway's certificate is verified against (PEM). "
       "Without it: the host's own list."},
      {"client_certificate", path(&S::client_certificate),
       "The certificate and its chain (PEM) to show to a gateway that asks for one."},
      {"client_key", path(&S::client_key, FileUse::secret),
       "The certificate's key (PEM), private to the daemon's user."},
      {"sender", text(&S::sender, 64), "Who the SMS comes from, as the gateway wants it."},
      {"gsm7", text(&S::gsm7, 32),
       "What {coding} says for a text that fits the GSM 7-bit alphabet, where 160 characters are "
       "one SMS."},
      {"ucs2", text(&S::ucs2, 32),
       "What {coding} says for any other text (\"ê\", \"ç\"), where 70 are. No letter is changed."},
      {"report_wait", duration(&S::report_wait, 0s, 10min),
       "How long a report is waited for, after the gateway has taken a message, where it is told "
       "{report}: when none has come, or one of failure, the next gateway gets the message, unless "
       "it has expired or a later code has replaced it. Wants report_port. 0s: no report comes."},
      {"timeout", duration(&S::timeout, 100ms, 5s), "For the whole of a request."},
      {"accepted", table(&S::accepted, of_rule()),
       "Answers by which the gateway has taken the message. All that a rule says must be so. An "
       "answer that no rule knows counts as refused, and the message may come here again; with a "
       "status from 500 on (but 501, 503 and 505), with a body that cannot be read, or without an "
       "end, the gateway may have the message and never gets it again. In both cases the next one "
       "gets it."},
      {"refused", table(&S::refused, of_rule()),
       "Answers by which no gateway could send it, such as a number that does not exist."},
      {"unsure", table(&S::unsure, of_rule()),
       "Answers by which the gateway has the message but may send it late: the next one gets it "
       "too."},
  };
}

bool is_name(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Adds the preset's entries to those of a gateway that has none of the name.
void complete_with_preset(TomlValue& gateway, const std::string& name, Reading& reading) {
  const auto preset = std::ranges::find(gateway.entries, "preset", &TomlValue::Entry::key);
  if (preset == gateway.entries.end() || preset->value.kind != TomlValue::Kind::text) return;
  const std::string wanted = preset->value.text + std::string(kEnding);
  const auto presets = sms_presets();
  const auto file = std::ranges::find(presets, std::string_view(wanted), &EmbeddedFile::name);
  if (file == presets.end()) {
    reading.report(preset->position, name + ".preset: wants one of " + names_of_presets() +
                                         ", found " + toml_text(preset->value.text));
    return;
  }
  const auto keys = parse_toml(file->content);
  if (!keys) return reading.report(preset->position, name + ".preset: " + keys.error().what);
  for (const TomlValue::Entry& entry : keys->entries) {
    if (std::ranges::find(gateway.entries, entry.key, &TomlValue::Entry::key) !=
        gateway.entries.end()) {
      continue;
    }
    gateway.entries.push_back(entry);
    gateway.entries.back().position = gateway.position;
  }
}

Shape<SmsGatewaysSettings> gateways() {
  Shape<SmsGatewaysSettings> shape = tables(&SmsGatewaysSettings::gateways, of_gateway());
  shape.take = [take = shape.take](SmsGatewaysSettings& settings, const TomlValue& value,
                                   const std::string& name, Reading& reading) {
    TomlValue completed = value;
    for (TomlValue& item : completed.items) complete_with_preset(item, name, reading);
    take(settings, completed, name, reading);
    std::set<std::string> names;
    for (const SmsGatewaySettings& gateway : settings.gateways) {
      if (!is_name(gateway.name)) {
        reading.report(value.position, name + ".name: wants a-z, 0-9 and -");
      } else if (!names.insert(gateway.name).second) {
        reading.report(value.position, "two SMS gateways have the name \"" + gateway.name + "\"");
      }
    }
  };
  return shape;
}

}  // namespace

Keys<SmsGatewaysSettings> of_sms_gateways() {
  using S = SmsGatewaysSettings;
  return {
      {"failures_in_a_row", number(&S::failures_in_a_row, 1, 100),
       "A gateway that has failed so often without a success between is passed over for a pause. "
       "When all are, people read \"not possible at the moment\" before they are asked for a "
       "code."},
      {"gateway_pause", duration(&S::pause, 1s, 1h),
       "How long it is passed over; then one message tries it again."},
      {"report_port", number(&S::report_port, 0, 65'535),
       "The port on 127.0.0.1 where gateways of this host report what became of a message. 0: no "
       "reports are taken."},
      {"gateway", gateways(),
       "The gateways that SMS leave by, the preferred one first. Without any, SMS go into the "
       "spool. A gateway that refused may get a message again; one that may have taken it never "
       "does, not after a restart either.",
       false, std::string(kExample)},
  };
}

}  // namespace portal::key_tables
