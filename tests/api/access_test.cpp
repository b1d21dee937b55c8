#include "api/access.hpp"

#include <nlohmann/json.hpp>

#include "fixture.hpp"
#include "source_routes.hpp"

using namespace portal;
using namespace portal::test;

namespace {

int status_for(const Desk& desk, const std::optional<http::Peer>& peer) {
  return desk.ask(http::Method::get, "/v1/status", "", peer).status;
}

void root_and_members_of_the_daemons_group_get_on(void**) {
  // C2
  const Desk desk;
  assert_int_equal(status_for(desk, root_peer()), 200);
  assert_int_equal(status_for(desk, http::Peer{0, 1000, 5, {}}), 200);
  assert_int_equal(status_for(desk, http::Peer{1000, kDaemonGroup, 5, {}}), 200);
  assert_int_equal(status_for(desk, http::Peer{1000, 1000, 5, {4, kDaemonGroup}}), 200);
}

void everybody_else_is_refused(void**) {
  // C2
  const Desk desk;
  assert_int_equal(status_for(desk, std::nullopt), 403);
  assert_int_equal(status_for(desk, http::Peer{1000, 1000, 5, {}}), 403);
  assert_int_equal(status_for(desk, http::Peer{1000, 0, 5, {0, 4, 27}}), 403);
  assert_int_equal(status_for(desk, http::Peer{kDaemonGroup, 1000, 5, {}}), 403);
  assert_int_equal(status_for(desk, http::Peer{UINT32_MAX, UINT32_MAX, 0, {}}), 403);
}

void without_an_allowed_group_there_is_root_alone(void**) {
  // C2
  const http::Request nobody;
  assert_error(api::administrator_of(nobody, {}), Errc::denied);
  http::Request request;
  request.peer = http::Peer{1000, 0, 5, {0}};
  assert_error(api::administrator_of(request, {}), Errc::denied);
  request.peer = root_peer();
  const auto root = api::administrator_of(request, {});
  assert_ok(root);
  assert_text(root->name, "uid 0");
}

void each_route_asks_who_is_there_before_it_does_anything(void**) {
  // C2
  const Desk desk;
  const auto routes = source_routes();
  assert_true(routes.size() >= 15);
  for (const auto& [method, pattern] : routes) {
    const auto refused = desk.ask(method_named(method), path_like(pattern), "nonsense",
                                  http::Peer{1000, 1000, 5, {}});
    if (refused.status != 403) fail_msg("%s answered %d", pattern.c_str(), refused.status);
    const auto problem = nlohmann::json::parse(refused.body);
    assert_text(problem.at("code").get<std::string>(), "denied");
  }
}

void who_acts_stands_in_the_audit_log(void**) {
  // C2, J2
  const Desk desk;
  const http::Peer member{1234, 1234, 5, {kDaemonGroup}};
  body_of(desk.ask(http::Method::get, "/v1/accounts", "", member), 200);
  const auto log = body_of(desk.get("/v1/audit"), 200);
  assert_int_equal(log.at("records").size(), 1);
  const auto& record = log.at("records").at(0);
  assert_text(record.at("actor").get<std::string>(), "uid 1234");
  assert_text(record.at("what").get<std::string>(), "admin.listed");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(root_and_members_of_the_daemons_group_get_on),
      cmocka_unit_test(everybody_else_is_refused),
      cmocka_unit_test(without_an_allowed_group_there_is_root_alone),
      cmocka_unit_test(each_route_asks_who_is_there_before_it_does_anything),
      cmocka_unit_test(who_acts_stands_in_the_audit_log),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
