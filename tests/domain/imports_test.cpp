#include "domain/imports.hpp"

#include "support/house.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kNewCode = "NEUE-RCOD-E234";

std::vector<ImportRow> rows(int count) {
  std::vector<ImportRow> all;
  for (int i = 0; i < count; ++i) {
    const std::string digits = std::to_string(756'100'000'000LL + i);
    int sum = 0;
    for (std::size_t at = 0; at < digits.size(); ++at)
      sum += (digits[at] - '0') * (at % 2 == 0 ? 1 : 3);
    all.push_back(
        {i + 2, PersonRow{*AhvNumber::parse(digits + std::to_string((10 - sum % 10) % 10)),
                          *BirthDate::parse(kBorn), "Anna", "Muster", PortalId("flex"),
                          AudienceId("insured"), Language::fr, *ActivationCode::parse(kCode)}});
  }
  return all;
}

/// Whether rows in force wait to be settled, or abandoned ones to be deleted.
bool has_work(House& house) {
  const auto works = in_read<bool>(*house.store, [](Transaction& transaction) {
    return transaction.imports().has_work(from_millis(0));
  });
  assert_ok(works);
  return *works;
}

void a_registration_under_way_ends_when_a_new_code_is_committed(void**) {
  // R3, R4
  House house;
  house.invite(kAhv, kBorn, kCode);
  const Secret token = mail_proven(house);
  (void)house.registration->choose_factor(token, FactorKind::totp, house.source);
  const auto row = house.registration->find(token);
  const auto shown = house.totp.code_at((*row)->seed, to_millis(house.clock.now()) / 30'000);
  house.clock.advance(1s);
  house.invite(kAhv, kBorn, kNewCode);
  assert_true(has_work(house));
  assert_true(reason_of(house.registration->confirm_app(token, *shown, house.source)) ==
              RefusalReason::start_again);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  (void)identified(house, kAhv, kNewCode);
}

void a_second_letter_that_was_replaced_adds_no_portal(void**) {
  // R3
  House house;
  house.invite(kAhv, kBorn, kCode);
  (void)registered_by_app(house);
  house.invite(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  const auto again = house.identify(kAhv, kBorn, "SECO-ND22-LETT", "1e");
  assert_ok(again);
  const auto row = house.registration->find(std::get<Identified>(*again).token);
  house.invite(kAhv, kBorn, kNewCode, "1e");
  assert_true(reason_of(house.registration->join((*row)->id, (*row)->account, house.source)) ==
              RefusalReason::start_again);
  const auto details = house.administration->show((*row)->account.text(), "masked", house.admin);
  assert_int_equal(details->memberships.size(), 1);
}

void a_code_is_issued_to_somebody_whose_row_is_not_settled(void**) {
  // R2, R3
  House house;
  house.invite(kAhv, kBorn, kCode);
  const auto issued = house.administration->issue_code(*AhvNumber::parse(kAhv), PortalId("flex"),
                                                       AudienceId("insured"), house.admin);
  assert_ok(issued);
  assert_true(reason_of(house.identify(kAhv, kBorn, kCode)) == RefusalReason::wrong_data);
  (void)identified(house, kAhv, issued->code.printed().reveal());
}

void a_commit_is_told_once_and_settled_by_and_by(void**) {
  // J6, J2
  House house;
  const auto id = house.imports->open(house.admin);
  assert_ok(id);
  assert_ok(house.imports->add(*id, rows(700), false, house.admin));
  for (int again = 0; again < 3; ++again) {
    const auto import = house.imports->commit(*id, 700, house.admin);
    assert_ok(import);
    assert_true(import->state == ImportState::committed);
  }
  assert_int_equal(house.event_count("people.imported"), 1);
  assert_ok(house.imports->work(0ms));
  assert_true(*house.imports->work(0ms));
  for (int turn = 0; turn < 1'000 && has_work(house); ++turn) {
    assert_ok(house.imports->work(100ms));
  }
  const auto import = house.imports->commit(*id, 700, house.admin);
  assert_ok(import);
  assert_true(import->state == ImportState::done);
  assert_int_equal(import->report.added, 700);
  assert_false(*house.imports->work(100ms));
}

void who_leaves_an_import_open_leaves_nothing(void**) {
  // J6, J5
  House house;
  const auto id = house.imports->open(house.admin);
  assert_ok(id);
  assert_ok(house.imports->add(*id, rows(1'200), false, house.admin));
  house.clock.advance(59min);
  assert_false(*house.imports->work(100ms));
  house.clock.advance(2min);
  const Result<Import> late = house.imports->commit(*id, 1'200, house.admin);
  assert_error(late, Errc::not_found);
  while (*house.imports->work(1'000ms)) {
  }
  const auto open = in_read<std::vector<Import>>(
      *house.store, [](Transaction& transaction) { return transaction.imports().open_ones(); });
  assert_true(open->empty());
  assert_error(house.imports->show(*id, house.admin), Errc::not_found);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_registration_under_way_ends_when_a_new_code_is_committed),
      cmocka_unit_test(a_second_letter_that_was_replaced_adds_no_portal),
      cmocka_unit_test(a_code_is_issued_to_somebody_whose_row_is_not_settled),
      cmocka_unit_test(a_commit_is_told_once_and_settled_by_and_by),
      cmocka_unit_test(who_leaves_an_import_open_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
