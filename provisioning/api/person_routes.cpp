// Persons who were invited and have no account: named by their AHV number, in a body and not in an
// address, which others might keep.

#include <optional>
#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"

namespace portal::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kLongestField = 64;

std::optional<AhvNumber> ahv_in(const Request& request, Faults& faults) {
  std::optional<AhvNumber> ahv;
  const std::optional<JsonDocument> document = body_of(request, faults);
  if (!document) return ahv;
  JsonReader body = document->reader(faults);
  if (const auto typed = body.text("ahv_number", kLongestField)) {
    Result<AhvNumber> parsed = AhvNumber::parse(*typed);
    if (parsed) ahv = std::move(*parsed);
    if (!ahv) body.fault("ahv_number", "must be 13 digits that start with 756");
  }
  body.refuse_the_rest();
  return ahv;
}

JsonObject view_of(const InvitedData& data) {
  JsonObject view;
  view.object("person", api::view_of(data.person, Identity::revealed))
      .list("letters", views_of(data.letters))
      .list("registrations", views_of(data.registrations))
      .list("records", views_of(data.records));
  return view;
}

Response personal_data(InvitedPeople& people, const Request& request, const Administrator& by) {
  Faults faults;
  const std::optional<AhvNumber> ahv = ahv_in(request, faults);
  if (!faults.empty() || !ahv) return to_response(invalid_request(std::move(faults)));
  const Result<InvitedData> data = people.export_data(*ahv, by);
  return data ? json_response(view_of(*data)) : to_response(problem_of(data.error()));
}

Response erase(InvitedPeople& people, const Request& request, const Administrator& by) {
  Faults faults;
  const std::optional<AhvNumber> ahv = ahv_in(request, faults);
  if (!faults.empty() || !ahv) return to_response(invalid_request(std::move(faults)));
  const Result<void> done = people.erase(*ahv, by);
  return done ? nothing() : to_response(problem_of(done.error()));
}

}  // namespace

void add_person_routes(GuardedRouter router, InvitedPeople& people) {
  router.add(Method::post, "/v1/persons/data",
             [&people](const Request& r, const Administrator& by) {
               return personal_data(people, r, by);
             });
  router.add(Method::post, "/v1/persons/erase",
             [&people](const Request& r, const Administrator& by) { return erase(people, r, by); });
}

}  // namespace portal::api
