// What a configuration says of the portals.

#include <cstring>

#include "base/random.hpp"
#include "configuration_folder.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void portals_must_differ_and_be_well_named(void**) {
  const Folder folder;
  const std::string twice = whole() + std::string(kPortal);
  assert_problem(folder, twice, "13:3: two portals have the id \"flex\"");
  std::string bad = whole();
  bad.replace(bad.find("flex.example.ch"), 15, "https://flex.ch");
  const auto loaded = folder.load(bad);
  assert_error(loaded, Errc::malformed);
  assert_non_null(std::strstr(loaded.error().detail.c_str(), "portal.host: wants a host name"));
  std::string language = whole();
  language.replace(language.find("name.fr"), 7, "name.es");
  const auto spanish = folder.load(language);
  assert_error(spanish, Errc::malformed);
  assert_non_null(std::strstr(spanish.error().detail.c_str(), "unknown key \"portal.name.es\""));
  std::string sender = whole();
  sender.replace(sender.find("<no-reply@"), 10, "<no reply@");
  const auto nobody = folder.load(sender);
  assert_error(nobody, Errc::malformed);
  assert_non_null(std::strstr(nobody.error().detail.c_str(), "portal \"flex\": mail_from: "));
}

void a_portal_looks_as_its_fund_does_and_stays_readable(void**) {
  // W6
  const Folder folder;
  write_file(folder.path / "logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  write_file(folder.path / "logo.png", "\x89PNG");
  const auto with_look = [](std::string_view look) {
    return whole() + "look = { " + std::string(look) + " }\n";
  };
  const auto loaded =
      folder.load(with_look(R"(accent = "#5b3a8c", dark_accent = "#C3A6F0", logo = "logo.svg")"));
  assert_ok(loaded);
  const Look& look = loaded->portals.front().portal.look;
  assert_text(look.accent, "#5b3a8c");
  assert_text(look.dark_accent, "#C3A6F0");
  assert_true(look.logo.starts_with("<svg"));
  assert_problem(folder, with_look(R"(accent = "#888888")"),
                 "20:19: portal.look.accent: #888888 has a contrast of 3.24 to its paper, and "
                 "people need 4.5 to read it");
  for (const char* bad : {R"(accent = "blue")", R"(accent = "#12345")", R"(accent = "#12345g")",
                          R"(accent = "#fff;}")", R"(dark_accent = "#1d4f6e")",
                          R"(logo = "logo.png")", R"(logo = "none.svg")", "accent = 7"}) {
    assert_error(folder.load(with_look(bad)), Errc::malformed);
  }
}

void an_application_lies_below_a_path_that_logins_come_back_to(void**) {
  // W5
  const Folder folder;
  const auto loaded = folder.load(
      whole() + "application = \"/pension/\"\nreturn_paths = [\"/pension/\", \"/archive/\"]\n");
  assert_ok(loaded);
  assert_text(loaded->portals.front().portal.application, "/pension/");
  for (const char* bad :
       {R"(application = "/pension/")", R"(application = "https://pension.example.ch/"
return_paths = ["/pension/"])",
        R"(return_paths = ["pension/"])", R"(return_paths = ["/pension"])",
        R"(return_paths = ["//evil.example/"])", R"(return_paths = ["/a/../b/"])",
        R"(return_paths = ["https://evil.example/"])", R"(return_paths = "/pension/")"}) {
    assert_error(folder.load(whole() + bad + "\n"), Errc::malformed);
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(portals_must_differ_and_be_well_named),
      cmocka_unit_test(a_portal_looks_as_its_fund_does_and_stays_readable),
      cmocka_unit_test(an_application_lies_below_a_path_that_logins_come_back_to),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
