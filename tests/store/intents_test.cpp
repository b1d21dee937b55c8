#include "domain/ports/intents.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void an_intent_is_open_until_it_is_ended_once(void**) {
  // R13
  StoreFixture f;
  const Intent later{IntentId::random(),   "activate", AccountId("a2"),
                     RegistrationId("r2"), "uuid-2",   kNoon + 1s};
  const Intent first{IntentId::random(),   "activate", AccountId("a1"),
                     RegistrationId("r1"), "uuid-1",   kNoon};
  f.write([&](Transaction& t) {
    got(t.intents().write(later));
    got(t.intents().write(first));
  });
  f.close();
  f.open();
  f.write([&](Transaction& t) {
    const std::vector<Intent> open = got(t.intents().open());
    assert_int_equal(open.size(), 2);
    assert_text(open[0].id.text(), first.id.text());
    assert_text(open[0].what, "activate");
    assert_text(open[0].account.text(), "a1");
    assert_text(open[0].registration.text(), "r1");
    assert_text(open[0].entry_uuid, "uuid-1");
    assert_true(open[0].written == kNoon);
    assert_true(got(t.intents().end(first.id)));
    assert_false(got(t.intents().end(first.id)));
    assert_int_equal(got(t.intents().open()).size(), 1);
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_intent_is_open_until_it_is_ended_once),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
