// The portals' own colours and logos.

#include "browser.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void each_portal_has_its_own_look_and_no_other(void**) {
  // W6, W5
  House house;
  Portal flex = sample_portal("flex");
  flex.look = {"#1d4f6e", "#8fc4e4", "<svg xmlns='http://www.w3.org/2000/svg'/>"};
  const Portals portals({flex, sample_portal("1e")});
  const auto phrases = std::move(*Catalogue::load());
  QrencodeQrCodes qr_codes;
  Stage stage;
  web::Site site(neighbours_in(house, portals, *phrases, qr_codes), {});
  stage.router = http::Router();
  site.add_routes(stage.router);

  Browser browser(stage);
  browser.get("/");
  const Html page = browser.page();
  std::vector<std::string> sheets;
  std::string logo;
  for (const Tag& tag : page.tags()) {
    if (tag.get("rel") == "stylesheet") sheets.push_back(tag.get("href"));
    if (tag.name == "img") logo = tag.get("src");
  }
  assert_int_equal(sheets.size(), 2);
  assert_true(sheets[1].starts_with("/assets/flex."));
  browser.get(sheets[1]);
  assert_int_equal(browser.response.status, 200);
  assert_true(browser.response.body.find("--accent: #1d4f6e;") != std::string::npos);
  assert_true(browser.response.body.find("--accent: #8fc4e4;") != std::string::npos);
  assert_text(browser.header("Cache-Control"), "public, max-age=31536000, immutable");
  browser.get(logo);
  assert_text(browser.response.content_type, "image/svg+xml");
  assert_true(browser.header("Content-Security-Policy").starts_with("default-src 'none'"));

  Browser elsewhere(stage, "fr", "1e.example.ch");
  elsewhere.get("/");
  assert_false(elsewhere.page().contains("/assets/flex."));
  assert_false(elsewhere.page().contains("<img"));
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_portal_has_its_own_look_and_no_other),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
