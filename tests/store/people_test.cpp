#include "domain/ports/people.hpp"

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void a_person_is_found_by_ahv_number_and_id(void**) {
  // R5
  StoreFixture f;
  const Person vera = person_named("Vera");
  f.write([&](Transaction& t) { got(t.people().put(vera)); });
  f.read([&](Transaction& t) {
    const Person found = got(t.people().find_by_ahv(ahv())).value();
    assert_text(found.id.text(), vera.id.text());
    assert_text(found.ahv->digits(), "7569217076985");
    assert_text(found.born->iso(), "1963-04-17");
    assert_text(found.given_name, "Vera");
    assert_text(found.family_name, "Beispielmann");
    assert_true(found.language == Language::de);
    assert_text(got(t.people().get(vera.id)).given_name, "Vera");
    assert_false(got(t.people().find_by_ahv(ahv("7561234567897"))).has_value());
    assert_error(t.people().get(PersonId("nobody")), Errc::not_found);
  });
}

void putting_a_person_again_replaces_it(void**) {
  // J6
  StoreFixture f;
  Person vera = person_named("Vera");
  f.write([&](Transaction& t) { got(t.people().put(vera)); });
  vera.family_name = "Neu";
  vera.language = Language::fr;
  f.write([&](Transaction& t) { got(t.people().put(vera)); });
  f.read([&](Transaction& t) {
    const Person found = got(t.people().find_by_ahv(ahv())).value();
    assert_text(found.family_name, "Neu");
    assert_true(found.language == Language::fr);
  });
}

void two_people_never_share_an_ahv_number(void**) {
  // R5
  StoreFixture f;
  f.write([&](Transaction& t) { got(t.people().put(person_named("Vera"))); });
  const Result<void> second = f.store->write(
      "test.write", [&](Transaction& t) { return t.people().put(person_named("Somebody else")); });
  assert_error(second, Errc::conflict);
}

void only_the_newest_letter_of_a_portal_stays_alive(void**) {
  // R3
  StoreFixture f;
  const Person vera = person_named("Vera");
  const Letter first = letter_for(vera.id);
  const Letter other = letter_for(vera.id, "1e");
  const Letter second = letter_for(vera.id);  // in the same millisecond
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(first, code("AAAA-1111")));
    got(t.people().issue(other, code("BBBB-2222")));
    got(t.people().issue(second, code("CCCC-3333")));
  });
  f.read([&](Transaction& t) {
    assert_true(got(t.people().letter(first.id)).dead.has_value());
    assert_false(got(t.people().letter(other.id)).dead.has_value());
    const Letter newest = got(t.people().newest_letter(vera.id, PortalId("flex"))).value();
    assert_text(newest.id.text(), second.id.text());
    assert_false(newest.dead.has_value());
    assert_true(newest.expires == second.expires);
    const std::vector<Letter> all = got(t.people().letters_of(vera.id));
    assert_int_equal(all.size(), 3);
    assert_text(all.front().id.text(), second.id.text());
    assert_text(all.back().id.text(), first.id.text());
    assert_false(got(t.people().newest_letter(vera.id, PortalId("none"))).has_value());
    assert_error(t.people().letter(LetterId("none")), Errc::not_found);
  });
}

void a_code_opens_its_own_letter_alone(void**) {
  // R2, R5, T9
  StoreFixture f;
  const Person vera = person_named("Vera");
  const Letter letter = letter_for(vera.id);
  const Letter other = letter_for(vera.id, "1e");
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(letter, code("AAAA-1111")));
    got(t.people().issue(other, code("BBBB-2222")));
  });
  f.read([&](Transaction& t) {
    assert_true(got(t.people().code_matches(letter.id, code("aaaa 1111"))));
    assert_false(got(t.people().code_matches(letter.id, code("AAAA-1112"))));
    assert_false(got(t.people().code_matches(other.id, code("AAAA-1111"))));
    assert_false(got(t.people().code_matches(LetterId("none"), code("AAAA-1111"))));
  });
}

void a_letter_is_redeemed_once_and_only_while_it_lives(void**) {
  // R3, R4
  StoreFixture f;
  const Person vera = person_named("Vera");
  const Letter letter = letter_for(vera.id);
  const Letter killed = letter_for(vera.id, "1e");
  const Letter expired = letter_for(vera.id, "third");
  f.write([&](Transaction& t) {
    got(t.people().put(vera));
    got(t.people().issue(letter, code()));
    got(t.people().issue(killed, code()));
    got(t.people().issue(expired, code()));
    got(t.people().kill(killed.id, kNoon));
  });
  f.write([&](Transaction& t) {
    assert_true(got(t.people().redeem(letter.id, kNoon + 1h)));
    assert_false(got(t.people().redeem(letter.id, kNoon + 1h)));
    assert_false(got(t.people().redeem(killed.id, kNoon + 1h)));
    assert_false(got(t.people().redeem(expired.id, expired.expires)));
    assert_true(got(t.people().redeem(expired.id, expired.expires - 1ms)));
    assert_false(got(t.people().redeem(LetterId("none"), kNoon)));
    got(t.people().kill(letter.id, kNoon + 2h));
    const Letter used = got(t.people().letter(letter.id));
    assert_true(used.used == kNoon + 1h);
    assert_false(used.dead.has_value());
  });
}

void people_whose_number_nobody_knows_are_kept_apart(void**) {
  // R5
  StoreFixture f;
  Person one = person_named("Vera");
  one.ahv.reset();
  one.born.reset();
  Person other = one;
  other.id = PersonId::random();
  f.write([&](Transaction& t) {
    got(t.people().put(one));
    got(t.people().put(other));
  });
  f.read([&](Transaction& t) {
    assert_false(got(t.people().get(one.id)).ahv.has_value());
    assert_text(got(t.people().get(other.id)).given_name, "Vera");
    assert_false(got(t.people().find_by_ahv(ahv())).has_value());
  });
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_person_is_found_by_ahv_number_and_id),
      cmocka_unit_test(putting_a_person_again_replaces_it),
      cmocka_unit_test(two_people_never_share_an_ahv_number),
      cmocka_unit_test(people_whose_number_nobody_knows_are_kept_apart),
      cmocka_unit_test(only_the_newest_letter_of_a_portal_stays_alive),
      cmocka_unit_test(a_code_opens_its_own_letter_alone),
      cmocka_unit_test(a_letter_is_redeemed_once_and_only_while_it_lives),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
