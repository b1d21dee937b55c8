#include <algorithm>
#include <array>
#include <cstdio>

#include "daemon/contrast.hpp"
#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace shapes;

/// WCAG 2.2, success criterion 1.4.3: text and its background (requirement W6).
constexpr double kLeastContrast = 4.5;
constexpr std::size_t kLargestLogo = 65'536;

/// The backgrounds and button texts of web/assets/portal.css.
constexpr std::array<std::string_view, 2> kLight = {"#ffffff", "#f3f5f7"};
constexpr std::array<std::string_view, 2> kDark = {"#18212a", "#0d1a23"};

std::string ratio_text(double ratio) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.2f", ratio);
  return text.data();
}

Shape<Look> colour(std::string Look::*member, const std::array<std::string_view, 2>& papers) {
  Shape<Look> shape;
  shape.type = "a colour";
  shape.range = "like \"#1d4f6e\", readable on its paper";
  shape.take = [=](Look& look, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a colour", "like \"#1d4f6e\"", reading)) {
      return;
    }
    if (!is_colour(value.text)) {
      reading.report(value.position,
                     wrong_value_text(name, "a colour", "like \"#1d4f6e\"", toml_text(value.text)));
      return;
    }
    const double least = std::min(contrast(value.text, papers[0]), contrast(value.text, papers[1]));
    if (least < kLeastContrast) {
      reading.report(value.position, name + ": " + value.text + " has a contrast of " +
                                         ratio_text(least) +
                                         " to its paper, and people need 4.5 to read it");
    }
    look.*member = value.text;
  };
  shape.show = [](const Look&) { return std::string(); };
  return shape;
}

Shape<Look> drawing(std::string Look::*member) {
  Shape<Look> shape;
  shape.type = "a path";
  shape.range = "of an SVG drawing of at most 64 KiB";
  shape.take = [=](Look& look, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a path", "", reading)) return;
    look.*member = reading.read_text(value.position, reading.resolve(value.text));
    if ((look.*member).empty()) return;  // told of already
    if ((look.*member).size() > kLargestLogo || (look.*member).find("<svg") == std::string::npos) {
      reading.report(value.position, name + ": wants an SVG drawing of at most 64 KiB");
    }
  };
  shape.show = [](const Look&) { return std::string(); };
  return shape;
}

}  // namespace

Keys<Look> of_look() {
  using S = Look;
  return {
      {"accent", colour(&S::accent, kLight), "The colour of links and buttons on light paper."},
      {"dark_accent", colour(&S::dark_accent, kDark),
       "The same for people whose screen is set to dark."},
      {"logo", drawing(&S::logo),
       "A drawing beside the portal's name at the top of each page. It says nothing that the name "
       "does not."},
  };
}

}  // namespace portal::key_tables
