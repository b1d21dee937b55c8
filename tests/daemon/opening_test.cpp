#include "daemon/opening.hpp"

#include "daemon/gated_directory.hpp"
#include "domain/ports/forwarding_directory.hpp"
#include "domain/ports/intents.hpp"
#include "support/cmocka.hpp"
#include "support/house.hpp"

using namespace portal;

namespace {

/// A directory whose proof a test decides; the rest is the one behind it.
class ProbedDirectory final : public ForwardingDirectory {
 public:
  using ForwardingDirectory::ForwardingDirectory;
  Result<void> proof;
  std::optional<Error> lost;  ///< what locate fails with

  Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) override {
    if (lost) return fail(*lost);
    return ForwardingDirectory::locate(entry_uuid);
  }
  Result<void> prove_staging_is_safe() override { return proof; }
};

StagedPerson anna() {
  return {AccountId("a1"), "Anna", "Muster", *EmailAddress::parse("anna@example.ch"), Language::fr};
}

/// The domain on a fake directory, with an opening and a gate before it.
struct Stage {
  test::House house;
  ProbedDirectory directory{house.directory};
  GatedDirectory gate{directory};
  Opening opening{directory, *house.registration, gate};
};

void nobody_is_staged_or_admitted_before_the_proof(void**) {
  // R13
  Stage stage;
  assert_error(stage.gate.stage(anna()), Errc::unavailable);
  assert_error(stage.gate.admit("uuid-1"), Errc::unavailable);
  assert_ok(stage.opening.attempt());
  assert_true(stage.gate.is_open());
  const auto staged = stage.gate.stage(anna());
  assert_ok(staged);
  assert_ok(stage.gate.admit(staged->entry_uuid));
}

void logins_do_not_wait_for_the_proof(void**) {
  Stage stage;
  assert_ok(stage.gate.bind("uid=x", Secret("password")));
  assert_int_equal(stage.house.directory.binds, 1);
  assert_ok(stage.gate.locate("uuid-1"));
  assert_ok(stage.gate.has_address(*EmailAddress::parse("anna@example.ch")));
}

void a_silent_directory_keeps_the_gate_as_it_was(void**) {
  Stage stage;
  stage.directory.proof = fail(Errc::unavailable, "no answer");
  assert_error(stage.opening.attempt(), Errc::unavailable);
  assert_false(stage.gate.is_open());
  stage.directory.proof = {};
  assert_ok(stage.opening.attempt());
  stage.directory.proof = fail(Errc::unavailable, "no answer");
  assert_error(stage.opening.attempt(), Errc::unavailable);
  assert_true(stage.gate.is_open());
}

void access_rules_that_became_unsafe_close_the_gate(void**) {
  Stage stage;
  assert_ok(stage.opening.attempt());
  stage.directory.proof = fail(Errc::denied, "a staged entry can bind");
  assert_error(stage.opening.attempt(), Errc::denied);
  assert_false(stage.gate.is_open());
  assert_error(stage.gate.stage(anna()), Errc::unavailable);
}

void the_gate_stays_shut_until_half_done_activations_are_settled(void**) {
  // R13
  Stage stage;
  assert_ok(stage.house.store->write("test", [](Transaction& transaction) {
    return transaction.intents().write({IntentId("i1"), "activate", AccountId("a1"),
                                        RegistrationId("r1"), "uuid-1", from_millis(0)});
  }));
  stage.house.directory.available = false;
  assert_error(stage.opening.attempt(), Errc::unavailable);
  assert_false(stage.gate.is_open());
}

void an_activation_that_cannot_be_settled_keeps_nobody_else_out(void**) {
  // R13
  Stage stage;
  assert_ok(stage.house.store->write("test", [](Transaction& transaction) {
    return transaction.intents().write({IntentId("i1"), "activate", AccountId("a1"),
                                        RegistrationId("r1"), "uuid-1", from_millis(0)});
  }));
  stage.directory.lost = Error{Errc::denied, "no right to look"};
  const auto opened = stage.opening.attempt();
  assert_true(!opened && opened.error().code != Errc::unavailable);
  assert_true(stage.gate.is_open());
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(nobody_is_staged_or_admitted_before_the_proof),
      cmocka_unit_test(logins_do_not_wait_for_the_proof),
      cmocka_unit_test(a_silent_directory_keeps_the_gate_as_it_was),
      cmocka_unit_test(access_rules_that_became_unsafe_close_the_gate),
      cmocka_unit_test(the_gate_stays_shut_until_half_done_activations_are_settled),
      cmocka_unit_test(an_activation_that_cannot_be_settled_keeps_nobody_else_out),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
