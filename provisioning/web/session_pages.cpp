#include "web/session_pages.hpp"

#include <utility>

namespace portal::web {

using http::Method;

namespace {

constexpr const char* kPath = "/account/sessions";
constexpr int kMostShown = 50;

/// Open, as far as the person can know: one that has idled too long ends when it is next used.
Values row_of(const Visit& visit, const Portals& portals, const Session& session) {
  const Portal* portal = portals.find(session.portal);
  const bool here = session.id == visit.session->id;
  return {{"id", session.id.text()},
          {"where", portal ? in_language(portal->name, visit.language()) : session.service},
          {"address", optional_text(session.address)},
          {"started", moment(session.started)},
          {"last_seen", moment(session.last_seen)},
          {"ended", optional_text(session.ended ? moment(*session.ended) : "")},
          {"here", here},
          {"elsewhere", !here}};
}

}  // namespace

void SessionPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::get, kPath, [this](Visit& visit) { return show(visit); });
  gate.add(router, Method::post, "/account/sessions/end",
           [this](Visit& visit) { return end(visit); });
}

http::Response SessionPages::show(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  const auto sessions = house_.own_account.sessions(visit.session->account, kMostShown);
  if (!sessions) return house_.pages.failed(visit, sessions.error());
  std::vector<Values> open;
  std::vector<Values> over;
  for (const Session& session : *sessions) {
    (session.ended ? over : open).push_back(row_of(visit, house_.neighbours.portals, session));
  }
  const bool any_over = !over.empty();
  return house_.pages.show(
      visit, {"sessions",
              "my_account.sessions.title",
              kPath,
              0,
              {{"open", std::move(open)}, {"any_over", any_over}, {"over", std::move(over)}},
              nullptr});
}

http::Response SessionPages::end(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  const SessionId chosen{std::string(visit.form.text("session"))};
  const auto ended = house_.own_account.end_session(visit.session->account, chosen, visit.source());
  if (!ended) return house_.pages.failed(visit, ended.error());
  return redirect(kPath);
}

}  // namespace portal::web
