// The outbox as `portalctl outbox` shows it.

#include "domain/ports/outbox.hpp"
#include "program.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// Anna's confirmation mail waits.
struct DeskWithMail : OpenDesk {
  DeskWithMail() {
    house.invite(kAhv, kBorn, kCode);
    const Secret token = identified(house);
    assert_ok(house.registration->choose_credentials(
        token, *EmailAddress::parse("anna.muster@example.ch"), Secret(kPassword), house.source));
    const Outcome listed = run("--json outbox list");
    assert_exit(listed, 0);
    id = nlohmann::json::parse(listed.out).at("messages").at(0).at("id").get<std::string>();
  }
  std::string id;
};

void what_waits_is_listed_with_its_recipient_masked(void**) {
  // J4
  const DeskWithMail desk;
  const Outcome listed = desk.run("outbox list");
  assert_exit(listed, 0);
  for (const char* column : {"ID", "STATE", "TO", "SINCE", "TRIES", "MAY HAVE IT", "EXPIRES"}) {
    assert_says(listed.out, column);
  }
  assert_says(listed.out, desk.id);
  assert_says(listed.out, "waiting");
  assert_says(listed.out, "a…r@example.ch");
  assert_true(listed.out.find("anna.muster") == std::string::npos);
  const Outcome shown = desk.run("outbox show " + desk.id);
  assert_exit(shown, 0);
  assert_says(shown.out, "mail.confirm_address");
  assert_says(shown.out, "a…r@example.ch");
  assert_true(desk.run("--csv outbox list").out.starts_with("id,state,channel,wording,"));
}

void a_list_is_filtered_and_its_next_page_named(void**) {
  // issue 4
  const DeskWithMail desk;
  assert_true(desk.run("outbox list --channel sms").out.find(desk.id) == std::string::npos);
  assert_says(desk.run("outbox list --state any --channel mail").out, desk.id);
  assert_true(desk.run("outbox list --state failed").out.find(desk.id) == std::string::npos);
  const Outcome page = desk.run("outbox list --state waiting --channel mail --limit 1");
  assert_says(page.err,
              "portalctl outbox list --state waiting --channel mail --limit 1 --after 1\n");
  assert_true(desk.run("outbox list --after 1").out.find(desk.id) == std::string::npos);
  assert_text(desk.run("--quiet outbox list --limit 1").err, "");
}

void a_message_is_tried_again_or_the_sentence_says_why_not(void**) {
  // J1, S3
  DeskWithMail desk;
  const Outcome retried = desk.run("outbox retry " + desk.id);
  assert_exit(retried, 0);
  assert_says(retried.err, "due now");
  assert_says(retried.err, "portalctl outbox show " + desk.id);
  const Outcome as_json = desk.run("--json outbox retry " + desk.id);
  assert_exit(as_json, 0);
  const std::string decision = nlohmann::json::parse(as_json.out).at("decision").get<std::string>();
  assert_says(desk.run("audit list").out, decision);
  assert_int_equal(desk.house.event_count("message.retried"), 2);
  (void)desk.house.sent();
  const Outcome sent = desk.run("outbox retry " + desk.id);
  assert_exit(sent, 1);
  assert_says(sent.err, "was sent, and what it held was wiped: it cannot be sent again");
  assert_exit(desk.run("outbox retry nobody"), 1);
  assert_exit(desk.run("outbox show nobody"), 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_waits_is_listed_with_its_recipient_masked),
      cmocka_unit_test(a_list_is_filtered_and_its_next_page_named),
      cmocka_unit_test(a_message_is_tried_again_or_the_sentence_says_why_not),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
