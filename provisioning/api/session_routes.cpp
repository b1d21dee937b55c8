#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"

namespace portal::api {

void add_session_routes(GuardedRouter router, AdministrationService& service) {
  using http::Method;
  using http::Request;
  router.add(Method::get, "/v1/sessions", [&service](const Request&, const Administrator& by) {
    const Result<std::vector<Session>> open = service.sessions("", by);
    if (!open) return to_response(problem_of(open.error()));
    JsonObject body;
    body.list("sessions", views_of(*open));
    return json_response(body);
  });
  router.add(Method::delete_, "/v1/sessions/{id}",
             [&service](const Request& request, const Administrator& by) {
               const SessionId id(path_parameter(request, "id"));
               const Result<void> ended = service.end_session(id, by);
               return ended ? nothing() : to_response(problem_of(ended.error()));
             });
}

}  // namespace portal::api
