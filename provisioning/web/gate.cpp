#include "web/gate.hpp"

#include <utility>

#include "base/random.hpp"
#include "web/cookies.hpp"
#include "web/problems.hpp"
#include "web/security_headers.hpp"

namespace portal::web {
namespace {

Language language_of(const http::Request& request) {
  if (const auto chosen = request.cookie(cookies::language.name)) {
    if (const auto language = parse_language(*chosen)) return *language;
  }
  return preferred_language(request.header("accept-language"));
}

bool is_form(const http::Request& request) {
  const std::string_view type = request.header("content-type");
  return type.substr(0, type.find(';')) == "application/x-www-form-urlencoded";
}

bool has_header(const http::Request& request, std::string_view name) {
  for (const auto& header : request.headers) {
    if (header.first == name) return true;
  }
  return false;
}

}  // namespace

Gate::Gate(const Neighbours& neighbours, std::chrono::seconds strict_transport)
    : neighbours_(neighbours), strict_transport_(strict_transport) {}

void Gate::add(http::Router& router, http::Method method, std::string path,
               PageHandler handler) const {
  router.add(method, std::move(path),
             [this, handler = std::move(handler)](const http::Request& request) {
               return pass(request, handler);
             });
}

http::Response Gate::pass(const http::Request& request, const PageHandler& handler) const {
  const Portal* portal = neighbours_.portals.find_by_host(request.host);
  if (!portal) return error_page(421, request);

  std::optional<Secret> token = token_of(request, cookies::visit);
  const bool is_new = !token;
  if (is_new) token = random_token();
  Visit visit{
      request, *portal, Words{neighbours_.phrases, language_of(request)}, csrf_of(*token), {},
      {},      {}};

  http::Response response;
  const auto refused = request.method == http::Method::post ? refuse_post(visit) : std::nullopt;
  if (refused) {
    response = neighbours_.pages.trouble(*refused, visit.words, portal, visit.csrf);
  } else {
    // A query that cannot be read is none: links of ours have only plain ones.
    if (auto query = Form::parse(request.query)) visit.query = std::move(*query);
    find_session(visit);
    response = handler(visit);
  }
  if (visit.renew) token = random_token();
  if (is_new || visit.renew) set_cookie(response, cookies::visit, token->reveal());
  return finished(std::move(response));
}

std::optional<int> Gate::refuse_post(Visit& visit) const {
  const http::Request& request = visit.request;
  if (has_header(request, "origin") && request.header("origin") != visit.portal.origin) return 403;
  if (!is_form(request)) return 415;
  Result<Form> form = Form::parse(request.body.reveal());
  if (!form) return 400;
  // A new visit cannot have sent a form of ours; its fresh token matches nothing.
  if (!form->secret("csrf").equals(Secret(visit.csrf))) return 403;
  visit.form = std::move(*form);
  return std::nullopt;
}

void Gate::find_session(Visit& visit) const {
  const auto token = token_of(visit.request, cookies::session);
  if (!token) return;
  Result<std::optional<Session>> session = neighbours_.sessions.resume_web(*token, visit.portal.id);
  if (session) {
    visit.session = std::move(*session);
  } else {
    log_fault(session.error(), visit.request.path);
    visit.session_unknown = true;
  }
}

std::string Gate::csrf_of(const Secret& visit_token) const {
  return neighbours_.keyring.lasting_index("csrf", visit_token.reveal());
}

http::Response Gate::error_page(int status, const http::Request& request) const {
  const Words words{neighbours_.phrases, language_of(request)};
  const Portal* portal = status == 421 ? nullptr : neighbours_.portals.find_by_host(request.host);
  const auto token = token_of(request, cookies::visit);
  return finished(neighbours_.pages.trouble(portal ? status : 421, words, portal,
                                            token ? csrf_of(*token) : std::string()));
}

http::Response Gate::finished(http::Response response) const {
  add_security_headers(response, Caching::never, strict_transport_);
  return response;
}

}  // namespace portal::web
