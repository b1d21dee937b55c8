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

constexpr std::size_t kLongestId = 64;
constexpr int kMostAtOnce = 1'000;
constexpr int kUsuallyAtOnce = 100;

Response list(AdministrationService& service, const Request& request, const Administrator& by) {
  Faults faults;
  QueryReader query(request, faults);
  const std::string after = query.text("after", kLongestId).value_or("");
  const auto limit = static_cast<int>(query.integer("limit", 1, kMostAtOnce, kUsuallyAtOnce));
  query.refuse_the_rest();
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<std::vector<Account>> accounts = service.list(AccountId(after), limit, by);
  if (!accounts) return to_response(problem_of(accounts.error()));
  const bool may_have_more = accounts->size() == static_cast<std::size_t>(limit);
  JsonObject body;
  body.list("accounts", views_of(*accounts))
      .text_or_null("next", may_have_more ? accounts->back().id.text() : "");
  return json_response(body);
}

Response show(AdministrationService& service, const Request& request, const Administrator& by) {
  Faults faults;
  QueryReader query(request, faults);
  const std::optional<std::string> reveal = query.text("reveal", kLongestId);
  if (reveal && *reveal != "identity") faults.push_back({"?reveal", "must be identity"});
  query.refuse_the_rest();
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<AccountDetails> details =
      service.show(path_parameter(request, "name"), reveal ? "identity" : "masked", by);
  if (!details) return to_response(problem_of(details.error()));
  return json_response(view_of(*details, reveal ? Identity::revealed : Identity::masked));
}

Response sessions(AdministrationService& service, const Request& request, const Administrator& by) {
  const Result<std::vector<Session>> open = service.sessions(path_parameter(request, "name"), by);
  if (!open) return to_response(problem_of(open.error()));
  JsonObject body;
  body.list("sessions", views_of(*open));
  return json_response(body);
}

Response personal_data(AdministrationService& service, const Request& request,
                       const Administrator& by) {
  const Result<PersonalData> data = service.export_data(path_parameter(request, "name"), by);
  return data ? json_response(view_of(*data)) : to_response(problem_of(data.error()));
}

Response erase(AdministrationService& service, const Request& request, const Administrator& by) {
  Faults faults;
  refuse_members(request, faults);
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<LeftEntry> left = service.erase(path_parameter(request, "name"), by);
  return left ? json_response(view_of(*left)) : to_response(problem_of(left.error()));
}

using Act = Result<void> (AdministrationService::*)(std::string_view, const Administrator&);

/// An act on one account that needs nothing but its name.
AdministratorHandler acting(AdministrationService& service, Act act) {
  return [&service, act](const Request& request, const Administrator& by) {
    Faults faults;
    refuse_members(request, faults);
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    const Result<void> done = (service.*act)(path_parameter(request, "name"), by);
    return done ? nothing() : to_response(problem_of(done.error()));
  };
}

}  // namespace

void add_account_routes(GuardedRouter router, AdministrationService& service) {
  router.add(Method::get, "/v1/accounts", [&service](const Request& r, const Administrator& by) {
    return list(service, r, by);
  });
  router.add(
      Method::get, "/v1/accounts/{name}",
      [&service](const Request& r, const Administrator& by) { return show(service, r, by); });
  router.add(
      Method::get, "/v1/accounts/{name}/sessions",
      [&service](const Request& r, const Administrator& by) { return sessions(service, r, by); });
  router.add(
      Method::delete_, "/v1/accounts/{name}",
      [&service](const Request& r, const Administrator& by) { return erase(service, r, by); });
  router.add(Method::get, "/v1/accounts/{name}/data",
             [&service](const Request& r, const Administrator& by) {
               return personal_data(service, r, by);
             });
  router.add(Method::post, "/v1/accounts/{name}/disable",
             acting(service, &AdministrationService::disable));
  router.add(Method::post, "/v1/accounts/{name}/enable",
             acting(service, &AdministrationService::enable));
  router.add(Method::post, "/v1/accounts/{name}/lock",
             acting(service, &AdministrationService::lock));
  router.add(Method::post, "/v1/accounts/{name}/unlock",
             acting(service, &AdministrationService::unlock));
  router.add(Method::post, "/v1/accounts/{name}/reset",
             acting(service, &AdministrationService::start_reset));
  router.add(Method::post, "/v1/accounts/{name}/reset-factor",
             acting(service, &AdministrationService::reset_factor));
  router.add(Method::post, "/v1/accounts/{name}/allow-enrolment",
             acting(service, &AdministrationService::allow_enrolment));
}

}  // namespace portal::api
