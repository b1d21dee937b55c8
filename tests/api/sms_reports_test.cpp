#include "domain/sms_reports.hpp"
#include "api/report_routes.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/store.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

/// A message that a gateway has taken, and where it reports.
struct Post {
  Post() {
    add_report_routes(router, reports);
    Message message;
    message.id = id;
    message.channel = Channel::sms;
    message.recipient = "+41790000011";
    message.text = "sms.code";
    message.created = house.clock.now();
    message.expires = house.clock.now() + 10min;
    assert_ok(house.store->write("test", [&](Transaction& transaction) -> Result<void> {
      if (auto put = transaction.outbox().put(message); !put) return put;
      auto leased =
          transaction.outbox_queue().lease(house.clock.now(), house.clock.now() + 1min, 1);
      if (!leased) return portal::fail(leased.error());
      auto noted = transaction.outbox_queue().note_tried(id, {"twilio", "kannel"});
      if (!noted) return noted;
      return transaction.outbox_queue().await_report(id, house.clock.now() + 30s);
    }));
  }
  int ask(const std::string& target) {
    http::Request request;
    request.method = http::Method::get;
    request.path = target;
    return router.handle(request).status;
  }
  /// Messages that a worker gets after this time.
  std::size_t due_after(std::chrono::seconds pause) {
    std::size_t count = 0;
    const UtcTime now = house.clock.now() + pause;
    assert_ok(house.store->write("test", [&](Transaction& transaction) -> Result<void> {
      const auto leased = transaction.outbox_queue().lease(now, now, 10);
      if (!leased) return portal::fail(leased.error());
      count = leased->size();
      return {};
    }));
    return count;
  }

  House house;
  MessageId id{"m1"};
  SmsReports reports{*house.store, house.keyring, house.clock, ""};
  http::Router router;
};

void a_report_of_arrival_ends_the_message(void**) {
  // S3
  Post post;
  assert_int_equal(post.ask(post.reports.address("kannel", post.id) + "1"), 204);
  assert_int_equal(post.due_after(31s), 0);
}

void a_report_of_failure_sends_it_on_at_once(void**) {
  // S3
  Post post;
  assert_int_equal(post.due_after(1s), 0);
  assert_int_equal(post.ask(post.reports.address("kannel", post.id) + "8"), 204);
  assert_int_equal(post.ask(post.reports.address("twilio", post.id) + "failed"), 204);  // too late
  assert_int_equal(post.due_after(1s), 0);
  assert_int_equal(post.ask(post.reports.address("kannel", post.id) + "16"), 204);
  assert_int_equal(post.due_after(1s), 1);
}

void nobody_reports_without_the_messages_token(void**) {
  // S3
  Post post;
  std::string gateway = post.reports.address("twilio", post.id) + "1";
  gateway.replace(gateway.find("/twilio/"), 8, "/kannel/");
  assert_int_equal(post.ask(gateway), 403);
  assert_int_equal(post.ask("/sms-report/kannel/m1/1"), 404);
  std::string other = post.reports.address("kannel", MessageId("m2")) + "1";
  other.replace(other.find("/m2/"), 4, "/m1/");
  assert_int_equal(post.ask(other), 403);
  assert_int_equal(post.ask("/sms-report/kannel/m1/x/1"), 403);
  assert_int_equal(post.due_after(31s), 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_report_of_arrival_ends_the_message),
      cmocka_unit_test(a_report_of_failure_sends_it_on_at_once),
      cmocka_unit_test(nobody_reports_without_the_messages_token),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
