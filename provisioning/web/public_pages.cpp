#include "web/public_pages.hpp"

#include <algorithm>

#include "web/cookies.hpp"

namespace portal::web {

using http::Method;

namespace {

constexpr std::size_t kLongestPath = 2'000;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-_?=&%").find(c) != std::string_view::npos;
}

}  // namespace

bool is_own_path(std::string_view path) {
  return path.size() <= kLongestPath && path.starts_with('/') && !path.starts_with("//") &&
         std::ranges::all_of(path, is_plain);
}

Value paragraphs(std::string_view text) {
  std::vector<Values> list;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    const std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    if (paragraph.find_first_not_of(" \t\r\n") == paragraph.npos) continue;
    list.push_back({{"text", paragraph}});
  }
  return list;
}

void PublicPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::get, "/", [this](Visit& visit) { return start(visit); });
  gate.add(router, Method::get, "/terms", [this](Visit& visit) { return terms(visit); });
  gate.add(router, Method::post, "/language",
           [this](Visit& visit) { return choose_language(visit); });
}

http::Response PublicPages::start(const Visit& visit) const {
  return house_.pages.show(
      visit,
      {"start", "welcome.title", "/", 0, {{"logged_in", visit.session.has_value()}}, nullptr});
}

http::Response PublicPages::terms(const Visit& visit) const {
  const Terms& terms = visit.portal.terms;
  return house_.pages.show(visit,
                           {"terms",
                            "terms.title",
                            "/terms",
                            0,
                            {{"version", terms.version},
                             {"terms", paragraphs(in_language(terms.text, visit.language()))}},
                            nullptr});
}

http::Response PublicPages::choose_language(const Visit& visit) const {
  const std::string_view back = visit.form.text("back");
  http::Response response = redirect(is_own_path(back) ? std::string(back) : "/");
  if (const auto language = parse_language(visit.form.text("language"))) {
    set_cookie(response, cookies::language, code_of(*language));
    if (!visit.session) return response;
    // Mails and SMS follow what their owner reads.
    const auto kept =
        house_.own_account.choose_language(visit.session->account, *language, visit.source());
    if (!kept) return house_.pages.failed(visit, kept.error());
  }
  return response;
}

}  // namespace portal::web
