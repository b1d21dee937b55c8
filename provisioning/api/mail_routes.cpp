#include <optional>
#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace portal::api {
namespace {

constexpr std::size_t kLongestAddress = 256;
constexpr std::size_t kLongestName = 64;

JsonObject view_of(const std::vector<MailTrial>& trials) {
  std::vector<JsonObject> attempts;
  for (const MailTrial& trial : trials) {
    JsonObject attempt;
    attempt.text("relay", trial.relay)
        .text("outcome", trial.outcome)
        .text("detail", trial.detail)
        .number("milliseconds", trial.took.count());
    attempts.push_back(std::move(attempt));
  }
  JsonObject body;
  body.text("outcome", trials.empty() ? "" : trials.back().outcome).list("attempts", attempts);
  return body;
}

http::Response try_mail(MailTrialService& trials, const http::Request& request,
                        const Administrator& by) {
  Faults faults;
  std::optional<EmailAddress> to;
  std::string relay;
  Language language = Language::en;
  if (const std::optional<JsonDocument> document = body_of(request, faults)) {
    JsonReader body = document->reader(faults);
    if (const auto typed = body.text("address", kLongestAddress)) {
      if (Result<EmailAddress> parsed = EmailAddress::parse(*typed)) to = std::move(*parsed);
      if (!to) body.fault("address", "must be an e-mail address");
    }
    relay = body.optional_text("relay", kLongestName).value_or("");
    language = language_in(body, Language::en);
    body.refuse_the_rest();
  }
  if (!faults.empty() || !to) return to_response(invalid_request(std::move(faults)));
  const auto sent = trials.send(*to, language, relay, by);
  if (!sent) return to_response(problem_of(sent.error()));
  return json_response(view_of(*sent));
}

}  // namespace

void add_mail_routes(GuardedRouter router, MailTrialService& trials) {
  router.add(http::Method::post, "/v1/mail/test",
             [&trials](const http::Request& request, const Administrator& by) {
               return try_mail(trials, request, by);
             });
}

}  // namespace portal::api
