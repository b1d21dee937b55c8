#include "web/account_pages.hpp"

#include <algorithm>

#include "web/cookies.hpp"
#include "web/fields.hpp"
#include "web/public_pages.hpp"
#include "web/returning.hpp"

namespace portal::web {

using http::Method;

namespace {

/// A decision id that the login put into the address; nothing else is shown.
std::string shown_reference(const Visit& visit) {
  const std::string_view text = visit.query.text("reference");
  const bool plain = text.size() == 26 && std::ranges::all_of(text, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
                     });
  return plain ? visit.words("refusal.reference", {{"decision", std::string(text)}}) : "";
}

/// What the page before has changed; nothing else is shown.
std::string what_changed(const Visit& visit) {
  const std::string_view what = visit.query.text("changed");
  if (what == "password") return visit.words("my_account.password.done");
  if (what == "factor") return visit.words("my_account.change.done");
  return {};
}

/// "Version 2026-01, accepted on …"; the page asks for those that are not.
std::string terms_of(const Visit& visit, const OwnAccount& account) {
  return visit.words("my_account.terms.accepted", {{"version", account.terms->version},
                                                   {"time", moment(account.terms->accepted)}});
}

Value portal_list(const Visit& visit, const Portals& portals, const OwnAccount& account) {
  std::vector<Values> list;
  for (const Membership& membership : account.memberships) {
    const Portal* portal = portals.find(membership.portal);
    if (!portal) continue;
    list.push_back({{"name", in_language(portal->name, visit.language())},
                    {"origin", portal->origin},
                    {"here", portal->id == visit.portal.id}});
  }
  return list;
}

}  // namespace

void AccountPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::get, "/account", [this](Visit& visit) { return show(visit); });
  gate.add(router, Method::get, "/account/terms",
           [this](Visit& visit) { return show_terms(visit); });
  gate.add(router, Method::post, "/account/terms",
           [this](Visit& visit) { return accept_terms(visit); });
  gate.add(router, Method::post, "/logout", [this](Visit& visit) { return log_out(visit); });
}

http::Response AccountPages::show(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  const auto account = house_.own_account.show(visit.session->account, visit.portal.id);
  if (!account) return house_.pages.failed(visit, account.error());
  // A new version of the terms is asked for at the next login (requirement R9).
  if (!account->terms || account->terms->version != visit.portal.terms.version) {
    return redirect("/account/terms");
  }
  const auto& factor = account->factor;
  return house_.pages.show(
      visit,
      {"account",
       "my_account.title",
       "/account",
       0,
       {{"changed", optional_text(what_changed(visit))},
        {"user_name", account->user_name},
        {"application", optional_text(visit.portal.application)},
        {"portals", portal_list(visit, house_.neighbours.portals, *account)},
        {"factor",
         factor ? visit.words("factor." + std::string(name_of(factor->kind))) : std::string()},
        {"recovery_codes", visit.words("my_account.recovery.left",
                                       {{"count", std::to_string(account->recovery_codes)}})},
        {"terms", terms_of(visit, *account)},
        {"language", own_name(account->language)},
        {"number", optional_text(factor ? factor->phone_masked : "")},
        {"reference", optional_text(shown_reference(visit))}},
       nullptr});
}

http::Response AccountPages::terms_page(const Visit& visit, const Problems& problems) const {
  const std::string& text = in_language(visit.portal.terms.text, visit.language());
  return house_.pages.show(visit, {"account_terms",
                                   "my_account.terms.title",
                                   leading_to("/account/terms", wanted_address(visit)),
                                   0,
                                   {{"to", kept_address(visit)},
                                    {"terms", paragraphs(text)},
                                    {"version", visit.portal.terms.version},
                                    {"accepted", false},
                                    {"accept", group("accept_terms", problems)}},
                                   &problems});
}

http::Response AccountPages::show_terms(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  return terms_page(visit, {});
}

http::Response AccountPages::accept_terms(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  Problems problems;
  if (visit.form.text("accept_terms") != "yes") {
    problems.add("accept_terms", visit.words("field.accept_terms.missing"));
    return terms_page(visit, problems);
  }
  // What was shown is what is accepted: a version that came meanwhile is shown first.
  const std::string to = wanted_address(visit);
  if (visit.form.text("version") != visit.portal.terms.version) {
    return redirect(leading_to("/account/terms", to));
  }
  const auto done = house_.own_account.accept_terms(visit.session->account, visit.portal,
                                                    visit.language(), visit.source());
  if (!done) {
    problems.fault(visit.words, done.error(), visit.request.path);
    return terms_page(visit, problems);
  }
  return redirect(to.empty() ? "/account" : to);
}

http::Response AccountPages::log_out(Visit& visit) const {
  if (const auto token = token_of(visit.request, cookies::session)) {
    const auto closed = house_.neighbours.sessions.close_web(*token, visit.source());
    // The cookie stays: the person must be able to try again until the server has let go.
    if (!closed) return house_.pages.failed(visit, closed.error());
  }
  http::Response response = redirect("/");
  clear_cookie(response, cookies::session);
  clear_cookie(response, cookies::login);
  // "Back" must show nothing, whatever the browser has kept (requirement W2).
  response.add_header("Clear-Site-Data", "\"cache\"");
  visit.renew = true;
  return response;
}

}  // namespace portal::web
