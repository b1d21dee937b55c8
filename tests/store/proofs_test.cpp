#include "domain/ports/proofs.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

const Source kHere{"192.0.2.7", "sshd"};

void a_proof_is_good_once_in_its_time(void**) {
  // P4, T4
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    Proofs& proofs = t.proofs();
    assert_false(got(proofs.waits(vera.id, kHere, kNoon)));
    assert_false(got(proofs.consume(vera.id, kHere, kNoon)));
    got(proofs.leave(vera.id, kHere, kNoon + 3min));
    assert_true(got(proofs.waits(vera.id, kHere, kNoon + 1min)));
    assert_true(got(proofs.consume(vera.id, kHere, kNoon + 1min)));
    assert_false(got(proofs.consume(vera.id, kHere, kNoon + 1min)));
    got(proofs.leave(vera.id, kHere, kNoon + 3min));
    assert_false(got(proofs.waits(vera.id, kHere, kNoon + 3min)));
    assert_false(got(proofs.consume(vera.id, kHere, kNoon + 3min)));
  });
}

void a_proof_is_good_nowhere_else(void**) {
  // P4
  StoreFixture f;
  const Account vera = stored_account(f);
  const Account other = stored_account(f, numbered_ahv(7), "urs@example.ch", "u7");
  f.write([&](Transaction& t) {
    Proofs& proofs = t.proofs();
    got(proofs.leave(vera.id, kHere, kNoon + 3min));
    assert_false(got(proofs.consume(other.id, kHere, kNoon)));
    assert_false(got(proofs.consume(vera.id, {"192.0.2.7", "sudo"}, kNoon)));
    assert_false(got(proofs.consume(vera.id, {"192.0.2.8", "sshd"}, kNoon)));
    assert_true(got(proofs.consume(vera.id, kHere, kNoon)));
  });
}

void a_later_proof_takes_the_place_of_an_earlier_one(void**) {
  // P4
  StoreFixture f;
  const Account vera = stored_account(f);
  f.write([&](Transaction& t) {
    Proofs& proofs = t.proofs();
    got(proofs.leave(vera.id, kHere, kNoon + 1min));
    got(proofs.leave(vera.id, kHere, kNoon + 3min));
    assert_true(got(proofs.consume(vera.id, kHere, kNoon + 2min)));
    assert_false(got(proofs.waits(vera.id, kHere, kNoon)));
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_proof_is_good_once_in_its_time),
      cmocka_unit_test(a_proof_is_good_nowhere_else),
      cmocka_unit_test(a_later_proof_takes_the_place_of_an_earlier_one),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
