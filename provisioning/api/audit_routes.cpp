#include <limits>
#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"
#include "base/log.hpp"

namespace portal::api {
namespace {

constexpr int kMostAtOnce = 1'000;
constexpr int kUsuallyAtOnce = 100;

http::Response list(AdministrationService& service, const http::Request& request,
                    const Administrator& by) {
  Faults faults;
  QueryReader query(request, faults);
  const std::int64_t after = query.integer("after", 0, std::numeric_limits<std::int64_t>::max(), 0);
  const auto limit = static_cast<int>(query.integer("limit", 1, kMostAtOnce, kUsuallyAtOnce));
  query.refuse_the_rest();
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<std::vector<AuditRecord>> records = service.audit(after, limit, by);
  if (!records) return to_response(problem_of(records.error()));
  JsonObject body;
  body.list("records", views_of(*records));
  if (records->size() == static_cast<std::size_t>(limit)) {
    body.number("next", records->back().number);
  } else {
    body.null("next");
  }
  return json_response(body);
}

http::Response verify(AdministrationService& service, const http::Request& request,
                      const Administrator& by) {
  Faults faults;
  refuse_members(request, faults);
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<AuditVerdict> verdict = service.verify_audit(by);
  if (!verdict) return to_response(problem_of(verdict.error()));
  if (verdict->first_broken != 0) {
    log(LogLevel::error, "the audit log does not hold together",
        {{"first_broken", std::to_string(verdict->first_broken)}});
  }
  return json_response(view_of(*verdict));
}

}  // namespace

void add_audit_routes(GuardedRouter router, AdministrationService& service) {
  router.add(http::Method::get, "/v1/audit",
             [&service](const http::Request& request, const Administrator& by) {
               return list(service, request, by);
             });
  router.add(http::Method::post, "/v1/audit/verify",
             [&service](const http::Request& request, const Administrator& by) {
               return verify(service, request, by);
             });
}

}  // namespace portal::api
