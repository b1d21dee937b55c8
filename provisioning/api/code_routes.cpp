#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"

namespace portal::api {
namespace {

constexpr std::size_t kLongestField = 64;

http::Response issue(AdministrationService& service, const http::Request& request,
                     const Administrator& by) {
  Faults faults;
  std::optional<AhvNumber> ahv;
  std::string portal;
  std::string audience;
  if (const std::optional<JsonDocument> document = body_of(request, faults)) {
    JsonReader body = document->reader(faults);
    if (const auto typed = body.text("ahv_number", kLongestField)) {
      Result<AhvNumber> parsed = AhvNumber::parse(*typed);
      if (parsed) ahv = std::move(*parsed);
      if (!ahv) body.fault("ahv_number", "must be 13 digits that start with 756");
    }
    portal = body.text("portal", kLongestField).value_or("");
    audience = body.text("audience", kLongestField).value_or("");
    body.refuse_the_rest();
  }
  if (!faults.empty() || !ahv) return to_response(invalid_request(std::move(faults)));
  const Result<IssuedCode> issued =
      service.issue_code(*ahv, PortalId(portal), AudienceId(audience), by);
  if (!issued) return to_response(problem_of(issued.error()));
  return json_response(view_of(*issued), 201);
}

}  // namespace

void add_code_routes(GuardedRouter router, AdministrationService& service) {
  router.add(http::Method::post, "/v1/codes",
             [&service](const http::Request& request, const Administrator& by) {
               return issue(service, request, by);
             });
}

}  // namespace portal::api
