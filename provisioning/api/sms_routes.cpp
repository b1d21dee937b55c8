#include <optional>
#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace portal::api {
namespace {

constexpr std::size_t kLongestNumber = 32;
constexpr std::size_t kLongestName = 64;

JsonObject view_of(const std::vector<SmsTrial>& trials) {
  std::vector<JsonObject> attempts;
  for (const SmsTrial& trial : trials) {
    JsonObject attempt;
    attempt.text("gateway", trial.gateway)
        .text("outcome", trial.outcome)
        .text("detail", trial.detail)
        .number("milliseconds", trial.took.count());
    attempts.push_back(std::move(attempt));
  }
  JsonObject body;
  body.text("outcome", trials.empty() ? "" : trials.back().outcome).list("attempts", attempts);
  return body;
}

http::Response try_sms(SmsTrialService& trials, const http::Request& request,
                       const Administrator& by) {
  Faults faults;
  std::optional<std::string> number;
  std::string gateway;
  Language language = Language::en;
  if (const std::optional<JsonDocument> document = body_of(request, faults)) {
    JsonReader body = document->reader(faults);
    number = body.text("number", kLongestNumber);
    gateway = body.optional_text("gateway", kLongestName).value_or("");
    language = language_in(body, Language::en);
    body.refuse_the_rest();
  }
  if (!faults.empty() || !number) return to_response(invalid_request(std::move(faults)));
  const auto sent = trials.send(*number, language, gateway, by);
  if (!sent) return to_response(problem_of(sent.error()));
  return json_response(view_of(*sent));
}

}  // namespace

void add_sms_routes(GuardedRouter router, SmsTrialService& trials) {
  router.add(http::Method::post, "/v1/sms/test",
             [&trials](const http::Request& request, const Administrator& by) {
               return try_sms(trials, request, by);
             });
}

}  // namespace portal::api
