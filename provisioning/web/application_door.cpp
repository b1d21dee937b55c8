#include "web/application_door.hpp"

#include "base/rfc3339.hpp"
#include "web/returning.hpp"

namespace portal::web {
namespace {

http::Response plain(int status) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

/// Not a scheme of ours to answer (RFC 9110 section 11.6.1 wants one): a person logs in on a page.
http::Response go_and_log_in(std::string_view page, std::string_view to) {
  http::Response response = plain(401);
  response.add_header("WWW-Authenticate", "Cookie realm=\"portal\"");
  response.add_header("X-Portal-Login", leading_to(page, to));
  return response;
}

http::Response nobody_knows(const Error& error, const Visit& visit) {
  log_fault(error, visit.request.path);
  return plain(503);
}

}  // namespace

void ApplicationDoor::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, http::Method::get, "/session/check",
           [this](Visit& visit) { return check(visit); });
}

http::Response ApplicationDoor::check(const Visit& visit) const {
  if (visit.session_unknown) return plain(503);
  const std::string_view asked_for = visit.request.header("x-original-uri");
  const std::string_view to = visit.portal.may_return_to(asked_for) ? asked_for : "";
  if (!visit.session) return go_and_log_in("/login", to);
  const auto visitor = house_.visitors.find(*visit.session, visit.portal);
  if (!visitor) return nobody_knows(visitor.error(), visit);
  if (!*visitor) return go_and_log_in("/account/terms", to);
  http::Response response = plain(200);
  response.add_header("X-Portal-Account", (*visitor)->account.text());
  response.add_header("X-Portal-Person", (*visitor)->person.text());
  response.add_header("X-Portal-Factor", (*visitor)->factor);
  response.add_header("X-Portal-Login-Time", to_rfc3339((*visitor)->since));
  return response;
}

}  // namespace portal::web
