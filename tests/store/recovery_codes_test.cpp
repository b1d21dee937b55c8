#include "domain/ports/recovery_codes.hpp"

#include "everything.hpp"
#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

std::vector<RecoveryCode> ten() {
  std::vector<RecoveryCode> codes;
  for (int i = 0; i < 10; ++i) codes.push_back(RecoveryCode::generate());
  return codes;
}

void each_code_is_good_once(void**) {
  // A1
  StoreFixture f;
  const Account vera = stored_account(f);
  const std::vector<RecoveryCode> codes = ten();
  f.write([&](Transaction& t) { got(t.recovery_codes().replace(vera.id, codes, kNoon)); });
  f.close();
  f.open();
  f.write([&](Transaction& t) {
    RecoveryCodes& kept = t.recovery_codes();
    assert_int_equal(got(kept.left(vera.id)), 10);
    assert_false(got(kept.burn(vera.id, RecoveryCode::generate(), kNoon)));
    for (std::size_t i = 0; i < codes.size(); ++i) {
      assert_true(got(kept.burn(vera.id, codes[i], kNoon)));
      assert_false(got(kept.burn(vera.id, codes[i], kNoon)));
      assert_int_equal(got(kept.left(vera.id)), static_cast<int>(9 - i));
    }
  });
}

void new_codes_kill_the_old_and_are_one_accounts_own(void**) {
  // A1
  StoreFixture f;
  const Account vera = stored_account(f);
  const Account urs = stored_account(f, numbered_ahv(7), "urs@example.ch", "u7");
  const std::vector<RecoveryCode> old = ten();
  const std::vector<RecoveryCode> others = ten();
  const std::vector<RecoveryCode> fresh = ten();
  f.write([&](Transaction& t) {
    RecoveryCodes& kept = t.recovery_codes();
    got(kept.replace(vera.id, old, kNoon));
    got(kept.replace(urs.id, others, kNoon));
    assert_false(got(kept.burn(vera.id, others[0], kNoon)));
    got(kept.replace(vera.id, fresh, kNoon));
    assert_int_equal(got(kept.left(vera.id)), 10);
    assert_false(got(kept.burn(vera.id, old[3], kNoon)));
    assert_true(got(kept.burn(vera.id, fresh[3], kNoon)));
    assert_true(got(kept.burn(urs.id, others[0], kNoon)));
    got(kept.replace(vera.id, {}, kNoon));
    assert_int_equal(got(kept.left(vera.id)), 0);
  });
}

void the_store_shows_no_code(void**) {
  // A1, R5
  StoreFixture f;
  const Account vera = stored_account(f);
  const std::vector<RecoveryCode> codes = ten();
  f.write([&](Transaction& t) { got(t.recovery_codes().replace(vera.id, codes, kNoon)); });
  const std::string content = everything_in(f);
  assert_true(content.find("recovery_codes") != std::string::npos);
  assert_true(content.find(vera.id.text()) != std::string::npos);
  for (const RecoveryCode& code : codes) {
    const Secret canonical(code.canonical().reveal());
    const Secret printed = code.printed();
    for (const Secret* form : {&canonical, &printed}) {
      assert_true(content.find(lower(std::string(form->reveal()))) == std::string::npos);
    }
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_code_is_good_once),
      cmocka_unit_test(new_codes_kill_the_old_and_are_one_accounts_own),
      cmocka_unit_test(the_store_shows_no_code),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
