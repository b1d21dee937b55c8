#include "domain/ports/audit.hpp"

#include <set>

#include "fixture.hpp"
#include "store/sql/connection.hpp"

using namespace portal;
using namespace portal::test;

namespace {

AuditEvent event(std::string_view what) {
  AuditEvent made;
  made.when = kNoon;
  made.decision = DecisionId::random();
  made.what = what;
  made.outcome = "success";
  made.account = "account-1";
  made.actor = "uid 0";
  made.source = {"192.0.2.7", "sshd"};
  made.factor = "totp";
  made.reason = "because";
  return made;
}

void append(StoreFixture& f, std::string_view what) {
  f.write([&](Transaction& t) { got(t.audit().append(event(what))); });
}

std::int64_t verified(StoreFixture& f) {
  std::int64_t broken = -1;
  f.read([&](Transaction& t) { broken = got(t.audit().verify()); });
  return broken;
}

/// Somebody with the file in their hands, but without the key.
std::unique_ptr<sql::Connection> intruder(StoreFixture& f) {
  auto direct = f.direct();
  if (on_postgresql()) {
    got(direct->run_once("drop trigger audit_is_never_changed on audit"));
  } else {
    got(direct->run_once("drop trigger audit_is_never_changed"));
    got(direct->run_once("drop trigger audit_is_never_deleted"));
  }
  return direct;
}

void records_come_back_in_order_and_chained(void**) {
  // J1, J3
  StoreFixture f;
  for (const char* what : {"registration.identified", "login.granted", "account.locked"}) {
    append(f, what);
  }
  f.read([&](Transaction& t) {
    const std::vector<AuditRecord> records = got(t.audit().read(0, 10));
    assert_int_equal(records.size(), 3);
    for (std::size_t i = 0; i < records.size(); ++i) assert_int_equal(records[i].number, i + 1);
    assert_text(records[0].previous, std::string(64, '0'));
    assert_text(records[1].previous, records[0].hash);
    assert_int_equal(records[2].hash.size(), 64);
    const AuditEvent& second = records[1].event;
    assert_text(second.what, "login.granted");
    assert_true(second.when == kNoon);
    assert_int_equal(second.decision.text().size(), 26);
    assert_text(second.outcome, "success");
    assert_text(second.account, "account-1");
    assert_text(second.actor, "uid 0");
    assert_text(second.source.address, "192.0.2.7");
    assert_text(second.source.service, "sshd");
    assert_text(second.factor, "totp");
    assert_text(second.reason, "because");
    assert_int_equal(got(t.audit().read(1, 1)).at(0).number, 2);
    assert_true(got(t.audit().read(3, 10)).empty());
  });
  assert_int_equal(verified(f), 0);
}

void records_are_found_under_any_of_many_ids(void**) {
  // J5
  StoreFixture f;
  std::set<std::string> ids;
  f.write([&](Transaction& t) {
    for (int i = 0; i < 9; ++i) {
      AuditEvent made = event("login.granted");
      made.account = "account-" + std::to_string(i % 6);
      got(t.audit().append(made));
      if (i % 6 != 2) ids.insert(made.account);
    }
  });
  f.read([&](Transaction& t) {
    const std::vector<AuditRecord> found = got(t.audit().of(ids));
    assert_int_equal(found.size(), 7);
    for (std::size_t i = 1; i < found.size(); ++i)
      assert_true(found[i - 1].number < found[i].number);
    for (const AuditRecord& record : found) assert_true(ids.contains(record.event.account));
    assert_true(got(t.audit().of({})).empty());
  });
}

void what_a_client_calls_itself_is_written_whatever_it_is(void**) {
  // J3
  StoreFixture f;
  AuditEvent odd = event("login.refused");
  odd.source.service = std::string("ss\0hd", 5);
  odd.source.address = "z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x94\x91";
  odd.reason = "\xff \xc3 \xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82";
  f.write([&](Transaction& t) { got(t.audit().append(odd)); });
  append(f, "login.granted");
  f.read([&](Transaction& t) {
    const AuditRecord record = got(t.audit().read(0, 1)).at(0);
    assert_text(record.event.source.service, "ss?hd");
    assert_text(record.event.source.address, odd.source.address);
    assert_text(record.event.reason, "? ? ?? ??? ???? ??");
  });
  assert_int_equal(verified(f), 0);
}

void an_event_lives_and_dies_with_its_act(void**) {
  // J3
  StoreFixture f;
  const Result<void> failed = f.store->write("test.write", [&](Transaction& t) -> Result<void> {
    got(t.audit().append(event("login.granted")));
    return fail(Errc::unavailable, "on purpose");
  });
  assert_error(failed, Errc::unavailable);
  f.read([&](Transaction& t) { assert_true(got(t.audit().read(0, 10)).empty()); });
  assert_int_equal(verified(f), 0);
}

void nothing_in_the_log_can_be_changed_or_deleted(void**) {
  // J3
  StoreFixture f;
  append(f, "login.granted");
  const auto direct = f.direct();
  assert_error(direct->execute("update audit set reason = 'x'"), Errc::internal);
  assert_error(direct->execute("delete from audit"), Errc::internal);
  assert_int_equal(verified(f), 0);
}

void each_kind_of_tampering_is_found_at_its_record(void**) {
  // J3
  for (const char* tampering :
       {"update audit set reason = 'x' where number = 3",
        "update audit set at = at + 1 where number = 3",
        // A value moved from one field to the next.
        "update audit set what = what || outcome, outcome = '' where number = 3",
        "update audit set hash = previous where number = 3",
        "update audit set number = 30 where number = 3",
        "update audit set account = 'account-2', hash = (select hash from audit where number = 4)"
        " where number = 3"}) {
    StoreFixture f;
    for (int i = 0; i < 5; ++i) append(f, "login.granted");
    got(intruder(f)->run_once(tampering));
    // A missing number shows at the record after it.
    const std::int64_t expected =
        std::string_view(tampering).find("30") == std::string_view::npos ? 3 : 4;
    assert_int_equal(verified(f), expected);
  }
}

void a_record_taken_out_or_put_in_is_found(void**) {
  // J3
  StoreFixture f;
  for (int i = 0; i < 5; ++i) append(f, "login.granted");
  const auto direct = intruder(f);
  got(direct->execute("delete from audit where number = 2"));
  assert_int_equal(verified(f), 3);
  got(
      direct->execute("insert into audit select 2, at, decision, what, outcome, account, actor,"
                      " address, service, factor, reason, previous, hash from audit"
                      " where number = 1"));
  assert_int_equal(verified(f), 2);
}

void a_long_log_is_verified_to_its_end(void**) {
  // J3
  StoreFixture f;
  f.write([&](Transaction& t) {
    for (int i = 0; i < 2500; ++i) got(t.audit().append(event("login.granted")));
  });
  assert_int_equal(verified(f), 0);
  got(intruder(f)->execute("update audit set reason = 'x' where number = 2500"));
  assert_int_equal(verified(f), 2500);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(records_come_back_in_order_and_chained),
      cmocka_unit_test(records_are_found_under_any_of_many_ids),
      cmocka_unit_test(what_a_client_calls_itself_is_written_whatever_it_is),
      cmocka_unit_test(an_event_lives_and_dies_with_its_act),
      cmocka_unit_test(nothing_in_the_log_can_be_changed_or_deleted),
      cmocka_unit_test(each_kind_of_tampering_is_found_at_its_record),
      cmocka_unit_test(a_record_taken_out_or_put_in_is_found),
      cmocka_unit_test(a_long_log_is_verified_to_its_end),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
