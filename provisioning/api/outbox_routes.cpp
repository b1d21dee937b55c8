#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "domain/names.hpp"

namespace portal::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kLongestName = 32;
constexpr int kMostAtOnce = 1'000;
constexpr int kUsuallyAtOnce = 100;

bool has_ended(const OutboxEntry& entry) {
  return entry.state != MessageState::waiting && entry.state != MessageState::handed_over;
}

std::optional<UtcTime> unless_zero(UtcTime time) {
  return time == UtcTime() ? std::nullopt : std::optional(time);
}

JsonObject view_of(const OutboxEntry& entry) {
  JsonObject view;
  view.number("number", entry.number)
      .text("id", entry.id.text())
      .text("state", name_of(entry.state))
      .text("channel", name_of(entry.channel))
      .text("wording", entry.wording)
      .text_or_null("portal", entry.portal.text())
      .text_or_null("recipient", entry.recipient)
      .time("created", entry.created)
      .time("expires", entry.expires)
      .time("due", has_ended(entry) ? std::nullopt : std::optional(entry.due))
      .time("in_hand_until", has_ended(entry) ? std::nullopt : unless_zero(entry.leased_until))
      .text_or_null("behind", entry.behind.text())
      .number("attempts", entry.attempts)
      .texts("gateways", entry.gateways)
      .text_or_null("trouble", entry.trouble)
      .time("finished", entry.finished);
  return view;
}

/// The states that `state` asks for; a fault if it is none. Without it: what has not ended.
std::vector<MessageState> states_in(QueryReader& query, Faults& faults) {
  const std::optional<std::string> name = query.text("state", kLongestName);
  if (!name) return {MessageState::waiting, MessageState::handed_over};
  if (*name == "any") return {};
  if (const auto state = parse_message_state(*name)) return {*state};
  faults.push_back({"?state", "must be waiting, handed_over, sent, expired, failed or any"});
  return {};
}

std::optional<Channel> channel_in(QueryReader& query, Faults& faults) {
  const std::optional<std::string> name = query.text("channel", kLongestName);
  if (!name) return std::nullopt;
  const std::optional<Channel> channel = parse_channel(*name);
  if (!channel) faults.push_back({"?channel", "must be mail or sms"});
  return channel;
}

Response list(OutboxAdministration& outbox, const Request& request, const Administrator& by) {
  Faults faults;
  QueryReader query(request, faults);
  OutboxFilter filter;
  filter.states = states_in(query, faults);
  filter.channel = channel_in(query, faults);
  filter.after = query.integer("after", 0, std::numeric_limits<std::int64_t>::max(), 0);
  filter.limit = static_cast<int>(query.integer("limit", 1, kMostAtOnce, kUsuallyAtOnce));
  query.refuse_the_rest();
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const Result<std::vector<OutboxEntry>> entries = outbox.list(filter, by);
  if (!entries) return to_response(problem_of(entries.error()));
  std::vector<JsonObject> views;
  views.reserve(entries->size());
  for (const OutboxEntry& entry : *entries) views.push_back(view_of(entry));
  JsonObject body;
  body.list("messages", views);
  if (entries->size() == static_cast<std::size_t>(filter.limit)) {
    body.number("next", entries->back().number);
  } else {
    body.null("next");
  }
  return json_response(body);
}

Response show(OutboxAdministration& outbox, const Request& request, const Administrator& by) {
  const auto entry = outbox.show(MessageId(path_parameter(request, "id")), by);
  return entry ? json_response(view_of(*entry)) : to_response(problem_of(entry.error()));
}

Response retry(OutboxAdministration& outbox, const Request& request, const Administrator& by) {
  Faults faults;
  refuse_members(request, faults);
  if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
  const auto retried = outbox.retry(MessageId(path_parameter(request, "id")), by);
  if (!retried) return to_response(problem_of(retried.error()));
  JsonObject body;
  body.text("id", retried->id.text())
      .time("due", retried->due)
      .text("decision", retried->decision.text());
  return json_response(body);
}

}  // namespace

void add_outbox_routes(GuardedRouter router, OutboxAdministration& outbox) {
  router.add(Method::get, "/v1/outbox",
             [&outbox](const Request& r, const Administrator& by) { return list(outbox, r, by); });
  router.add(Method::get, "/v1/outbox/{id}",
             [&outbox](const Request& r, const Administrator& by) { return show(outbox, r, by); });
  router.add(Method::post, "/v1/outbox/{id}/retry",
             [&outbox](const Request& r, const Administrator& by) { return retry(outbox, r, by); });
}

}  // namespace portal::api
