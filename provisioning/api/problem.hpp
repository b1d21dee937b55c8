#pragma once

#include <string>
#include <vector>

#include "api/json.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace portal::api {

/// The one shape of every refusal (RFC 9457): type, title, status, and beside them `code` (stable,
/// for programs), `detail` (a sentence) and `errors` (each fault of the request, all at once).
struct Problem {
  int status = 500;
  std::string code;
  std::string detail;
  Faults faults;
};

/// The faults as the `errors` or `warnings` of an answer.
std::vector<JsonObject> to_json(const Faults& faults);

/// application/problem+json
http::Response to_response(const Problem& problem);

/// The status of a failure of the domain.
int http_status_of(Errc code) noexcept;
/// What a client learns of a failure: its detail, but for `internal` and `unavailable`, whose
/// details are for the daemon's log and go there.
Problem problem_of(const Error& error);
/// The content of a request breaks the rules: 422 with every fault.
Problem invalid_request(Faults faults);
/// For the errors of the server and the router: 404, 405, 413, …
Problem problem_of_status(int status);

/// 200 with a JSON body.
http::Response json_response(const JsonObject& body, int status = 200);
/// 204
http::Response nothing();

}  // namespace portal::api
