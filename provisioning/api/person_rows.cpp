#include "api/person_rows.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "identity/unicode.hpp"

namespace portal::api {
namespace {

constexpr std::size_t kLongestField = 64;
constexpr std::size_t kLongestName = 200;  // bytes
constexpr double kWeakCodeBits = 20;       // requirement R2
constexpr std::int64_t kLastLine = 1'000'000'000;

/// What `parse` makes of a member; a fault with `rule` if it makes nothing.
template <class Parse>
auto parsed(JsonReader& row, std::string_view name, std::string_view rule, Parse parse)
    -> decltype(std::optional(*parse(std::string_view{}))) {
  const auto text = row.text(name, kLongestField);
  if (!text) return std::nullopt;
  auto value = parse(*text);
  if (value) return std::move(*value);
  row.fault(name, std::string(text->empty() ? "is empty" : rule));
  return std::nullopt;
}

Result<BirthDate> parse_birth_date(std::string_view text) {
  Result<BirthDate> iso = BirthDate::parse_iso(text);
  return iso ? std::move(iso) : BirthDate::parse(text);
}

bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    // U+0080 to U+009F
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> name_in(JsonReader& row, std::string_view name) {
  const auto text = row.text(name, kLongestName);
  if (!text) return std::nullopt;
  if (text->find_first_not_of(' ') == std::string_view::npos) {
    row.fault(name, "is empty");
    return std::nullopt;
  }
  Result<std::string> normalised = to_nfc(*text);
  if (!normalised || has_control_character(*normalised)) {
    row.fault(name, "must be text without control characters");
    return std::nullopt;
  }
  return std::move(*normalised);
}

struct PortalAndAudience {
  PortalId portal;
  AudienceId audience;
};

std::optional<PortalAndAudience> portal_in(JsonReader& row, const Portals& portals) {
  const auto portal = row.text("portal", kLongestField);
  const auto audience = row.text("audience", kLongestField);
  if (!portal || !audience) return std::nullopt;
  PortalAndAudience found{PortalId(std::string(*portal)), AudienceId(std::string(*audience))};
  const Portal* configured = portals.find(found.portal);
  if (configured == nullptr) {
    row.fault("portal", "is none of the configured portals");
    return std::nullopt;
  }
  for (const Audience& known : configured->audiences) {
    if (known.id == found.audience) return found;
  }
  row.fault("audience", "is none of this portal's audiences");
  return std::nullopt;
}

Language language_in(JsonReader& row) {
  const auto tag = row.optional_text("language", kLongestField);
  if (!tag) return Language::fr;
  const std::optional<Language> language = parse_language(*tag);
  if (!language) row.fault("language", "must be fr, de, it or en");
  return language.value_or(Language::fr);
}

std::optional<ActivationCode> code_in(JsonReader& row) {
  const auto text = row.optional_text("activation_code", 2 * kLongestField);
  if (!text) return std::nullopt;
  Result<ActivationCode> code = ActivationCode::parse(*text);
  if (code) return std::move(*code);
  row.fault("activation_code",
            "must be 4 to 64 letters and digits; dashes and spaces may part them");
  return std::nullopt;
}

std::optional<ImportRow> read_row(JsonReader& row, const Portals& portals, Faults& warnings) {
  const auto line = row.integer("line", 1, kLastLine);
  row.set_line(line.value_or(0));
  auto ahv =
      parsed(row, "ahv_number", "must be 13 digits that start with 756, with a right check digit",
             AhvNumber::parse);
  auto born = parsed(row, "birth_date", "must be a calendar day as YYYY-MM-DD or DD.MM.YYYY",
                     parse_birth_date);
  auto given_name = name_in(row, "given_name");
  auto family_name = name_in(row, "family_name");
  auto portal = portal_in(row, portals);
  const Language language = language_in(row);
  auto code = code_in(row);
  if (code && code->strength_bits() < kWeakCodeBits) {
    warnings.push_back({row.pointer_of("activation_code"),
                        "is weak: it has fewer than 20 bits and can be guessed", line.value_or(0)});
  }
  if (!line || !ahv || !born || !given_name || !family_name || !portal) return std::nullopt;
  return ImportRow{*line, PersonRow{std::move(*ahv), *born, std::move(*given_name),
                                    std::move(*family_name), std::move(portal->portal),
                                    std::move(portal->audience), language, std::move(code)}};
}

}  // namespace

PersonRows read_person_rows(JsonReader& body, const Portals& portals, Faults& faults) {
  PersonRows read;
  body.each("rows", kRowsPerChunk, [&](JsonReader& row) {
    const std::size_t told = faults.size();
    std::optional<ImportRow> good = read_row(row, portals, read.warnings);
    if (good && faults.size() == told) read.rows.push_back(std::move(*good));
  });
  body.refuse_the_rest();
  return read;
}

}  // namespace portal::api
