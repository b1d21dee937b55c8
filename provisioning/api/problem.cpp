#include "api/problem.hpp"

#include <utility>

#include "base/log.hpp"
#include "http/status.hpp"

namespace portal::api {

std::vector<JsonObject> to_json(const Faults& faults) {
  std::vector<JsonObject> list;
  list.reserve(faults.size());
  for (const Fault& fault : faults) {
    JsonObject object;
    object.text("pointer", fault.pointer).text("detail", fault.detail);
    if (fault.line > 0) object.number("line", fault.line);
    list.push_back(std::move(object));
  }
  return list;
}

http::Response to_response(const Problem& problem) {
  JsonObject body;
  body.text("type", "about:blank")
      .text("title", http::reason_of(problem.status))
      .number("status", problem.status)
      .text("code", problem.code)
      .text("detail", problem.detail);
  if (!problem.faults.empty()) body.list("errors", to_json(problem.faults));
  http::Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.body = body.str();
  response.add_header("Cache-Control", "no-store");
  return response;
}

int http_status_of(Errc code) noexcept {
  switch (code) {
    case Errc::not_found: return 404;
    case Errc::denied: return 403;
    case Errc::rate_limited: return 429;
    case Errc::unavailable: return 503;
    case Errc::malformed: return 422;
    case Errc::conflict: return 409;
    case Errc::internal: return 500;
  }
  return 500;
}

Problem problem_of(const Error& error) {
  const int status = http_status_of(error.code);
  Problem problem{status, std::string(name_of(error.code)), error.detail, {}};
  if (status < 500) return problem;
  log(LogLevel::error, "an act of administration failed",
      {{"code", problem.code}, {"detail", error.detail}});
  problem.detail = error.code == Errc::unavailable
                       ? "the store does not answer at the moment; try again later"
                       : "the daemon failed; its log says why";
  return problem;
}

Problem invalid_request(Faults faults) {
  return {422, "invalid_request", "the request breaks the rules; see errors", std::move(faults)};
}

Problem problem_of_status(int status) {
  switch (status) {
    case 404: return {status, "not_found", "there is no such resource", {}};
    case 405:
      return {status, "method_not_allowed", "the resource has other methods; see Allow", {}};
    case 408: return {status, "timeout", "the request came too slowly", {}};
    case 413: return {status, "too_large", "the request is too large; send fewer rows at once", {}};
    case 500: return {status, "internal", "the daemon failed; its log says why", {}};
    case 503: return {status, "unavailable", "the daemon is busy; try again later", {}};
    default: return {status, "malformed", "the request is not acceptable HTTP", {}};
  }
}

http::Response json_response(const JsonObject& body, int status) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = body.str();
  response.add_header("Cache-Control", "no-store");
  return response;
}

http::Response nothing() {
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace portal::api
