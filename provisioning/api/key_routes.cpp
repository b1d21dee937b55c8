#include <algorithm>
#include <iterator>
#include <optional>

#include "api/problem.hpp"
#include "api/routes.hpp"
#include "domain/key_rotation.hpp"

namespace portal::api {
namespace {

std::vector<JsonObject> keys_of(const KeyStanding& standing) {
  std::vector<JsonObject> views;
  for (const std::string& waiting : standing.waiting) {
    JsonObject view;
    view.text("fingerprint", waiting).text("state", "waiting").null("activated");
    views.push_back(std::move(view));
  }
  for (auto key = standing.used.rbegin(); key != standing.used.rend(); ++key) {
    const bool active = key == standing.used.rbegin();
    const bool first = std::next(key) == standing.used.rend();
    JsonObject view;
    view.text("fingerprint", key->fingerprint)
        .text("state", active ? "active" : "earlier")
        .time("activated", first ? std::nullopt : std::optional(key->activated));
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<JsonObject> needs_of(const KeyStanding& standing) {
  std::vector<JsonObject> views;
  for (const KeyNeed& need : standing.needs) {
    JsonObject view;
    view.text("what", need.what).number("active", need.active).number("earlier", need.earlier);
    views.push_back(std::move(view));
  }
  return views;
}

/// Each with the newest key that it does not hold, if there is one.
std::vector<JsonObject> holders_of(const KeyStanding& standing) {
  const std::string& newest =
      standing.waiting.empty() ? standing.used.back().fingerprint : standing.waiting.front();
  std::vector<JsonObject> views;
  for (const KeyHolder& holder : standing.holders) {
    const auto held = std::ranges::find(holder.fingerprints, newest);
    JsonObject view;
    view.text("node", holder.node)
        .text_or_null("lacks", held == holder.fingerprints.end() ? newest : "")
        .time("seen", holder.seen);
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace

void add_key_routes(GuardedRouter router, KeyRotation& rotation) {
  using http::Method;
  using http::Request;
  router.add(Method::get, "/v1/keys", [&rotation](const Request&, const Administrator&) {
    const Result<KeyStanding> standing = rotation.standing();
    if (!standing) return to_response(problem_of(standing.error()));
    JsonObject body;
    body.text_or_null("resealing", standing->resealing.value_or(""))
        .list("keys", keys_of(*standing))
        .list("needs", needs_of(*standing))
        .list("holders", holders_of(*standing));
    return json_response(body);
  });
  router.add(Method::post, "/v1/keys/activate",
             [&rotation](const Request&, const Administrator& by) {
               const Result<std::string> active = rotation.activate(by);
               if (!active) return to_response(problem_of(active.error()));
               JsonObject body;
               body.text("active", *active);
               return json_response(body);
             });
}

}  // namespace portal::api
