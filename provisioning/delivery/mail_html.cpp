#include "delivery/mail_html.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace portal {
namespace {

// The longest that a character becomes: "&quot;", and "</p>\n<p>" for a line end.
constexpr std::size_t kLongestEscape = 8;
constexpr std::size_t kFrame = 512;

void add_escaped(std::string& page, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': page += "&amp;"; break;
      case '<': page += "&lt;"; break;
      case '>': page += "&gt;"; break;
      case '"': page += "&quot;"; break;
      default: page += c;
    }
  }
}

/// Lines as they stand, an empty one between paragraphs.
void add_paragraphs(std::string& page, std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  page += "<p>";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add_escaped(page, text.substr(0, end));
    text.remove_prefix(end);
    if (text.empty()) break;
    const std::size_t breaks = std::min(text.find_first_not_of('\n'), text.size());
    page += breaks > 1 ? "</p>\n<p>" : "<br>\n";
    text.remove_prefix(breaks);
  }
  page += "</p>\n";
}

}  // namespace

Secret html_of(const Secret& text, std::string_view heading, Language language) {
  std::string page;
  // Once, so that no shorter copy stays behind.
  page.reserve(kFrame + 2 * heading.size() * kLongestEscape + text.size() * kLongestEscape);
  page += "<!DOCTYPE html>\n<html lang=\"";
  page += code_of(language);
  page += "\">\n<head>\n<meta charset=\"utf-8\">\n<title>";
  add_escaped(page, heading);
  page +=
      "</title>\n</head>\n<body style=\"margin:24px;font-family:sans-serif;font-size:16px;"
      "line-height:1.5;color:#1a1a1a;background:#ffffff\">\n";
  if (!heading.empty()) {
    page += "<h1 style=\"font-size:20px\">";
    add_escaped(page, heading);
    page += "</h1>\n";
  }
  add_paragraphs(page, text.reveal());
  page += "</body>\n</html>\n";
  Secret html(page);
  wipe(page);
  return html;
}

}  // namespace portal
