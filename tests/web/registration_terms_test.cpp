// The terms of use in step 1: what was shown is what is accepted.

#include "browser.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// The site after a restart with new terms, in the same house.
struct Reopened {
  explicit Reopened(Stage& stage) : portals({with_new_terms()}) {
    site = std::make_unique<web::Site>(
        neighbours_in(stage.house, portals, *stage.phrases, stage.qr_codes), web::SiteSettings{});
    stage.router = http::Router();
    site->add_routes(stage.router);
  }
  static Portal with_new_terms() {
    Portal portal = sample_portal("flex");
    portal.terms.version = "2027-01";
    portal.terms.text[Language::en] = "The new conditions";
    return portal;
  }

  Portals portals;
  std::unique_ptr<web::Site> site;
};

Fields accepting(const std::string& version) {
  Fields fields = identity_fields();
  for (auto& [name, value] : fields) {
    if (name == "terms_version") value = version;
  }
  return fields;
}

void assert_shown_again(const Browser& browser, const std::string& version) {
  assert_int_equal(browser.response.status, 422);
  assert_int_equal(browser.response.schedule.count(), 0);
  const Html page = browser.page();
  assert_true(page.contains("The terms of use have changed since you opened this page."));
  assert_text(page.value_of("terms_version"), version);
  assert_false(page.with_id("accept_terms")->has("checked"));
  assert_text(page.with_id("ahv")->get("value"), kAhv);
}

void terms_that_changed_meanwhile_are_shown_and_not_accepted(void**) {
  // R9
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  open_identity(browser);
  const std::string shown = browser.page().value_of("terms_version");
  assert_text(shown, "2026-01");

  const Reopened reopened(stage);
  browser.post("/register/identity", accepting(shown));
  assert_shown_again(browser, "2027-01");
  assert_true(browser.page().contains("The new conditions"));
  assert_int_equal(stage.house.event_count("registration.identify"), 0);
  assert_int_equal(browser.cookies.count("__Host-registration"), 0);

  browser.submit("/register/identity", accepting("2027-01"));
  assert_text(browser.path, "/register/credentials");
  assert_int_equal(stage.house.event_count("registration.identify"), 1);
}

void a_form_without_the_version_accepts_nothing(void**) {
  // R9
  Stage stage;
  stage.house.invite(kAhv, kBorn, kCode);
  Browser browser(stage, "en");
  open_identity(browser);
  for (const char* version : {"", "2025-12", "2026-01 "}) {
    browser.post("/register/identity", accepting(version));
    assert_shown_again(browser, "2026-01");
  }
  Fields missing = identity_fields();
  std::erase_if(missing, [](const auto& field) { return field.first == "terms_version"; });
  browser.post("/register/identity", missing);
  assert_shown_again(browser, "2026-01");
  assert_int_equal(stage.house.event_count("registration.identify"), 0);
  browser.submit("/register/identity", identity_fields());
  assert_text(browser.path, "/register/credentials");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(terms_that_changed_meanwhile_are_shown_and_not_accepted),
      cmocka_unit_test(a_form_without_the_version_accepts_nothing),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
