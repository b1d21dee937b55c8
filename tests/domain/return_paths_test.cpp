// Where a login may come back to.

#include "domain/portals.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

Portal with_application() {
  Portal portal;
  portal.return_paths = {"/pension/", "/archive/"};
  return portal;
}

void an_address_below_a_listed_path_is_come_back_to(void**) {
  // W5
  const Portal portal = with_application();
  for (const char* target :
       {"/pension/", "/pension/statements/2026?year=2026&sort=a,b", "/archive/a%20b",
        "/pension/?a=%2Fb", "/pension/.hidden", "/pension/a..b", "/pension/%C3%A9t%C3%A9"}) {
    if (!portal.may_return_to(target)) fail_msg("refused: %s", target);
  }
}

void any_other_address_is_not(void**) {
  // W5: another host, another path, and what another program could read as one
  const Portal portal = with_application();
  for (const char* target : {"",
                             "/",
                             "/pension",
                             "/pensionx/",
                             "/account",
                             "pension/",
                             "//pension/",
                             "///pension/",
                             "https://evil.example/pension/",
                             "https:/pension/",
                             "/\\evil.example/pension/",
                             "/pension/../account",
                             "/pension/..",
                             "/pension/./..",
                             "/pension/.",
                             "/pension/%2e%2e/account",
                             "/pension/%2E%2E",
                             "/pension/..%2faccount",
                             "/pension/%5c..%5caccount",
                             "/pension//evil.example",
                             "/pension/\r\nSet-Cookie: a=b",
                             "/pension/%0d%0aSet-Cookie:a",
                             "/pension/%00",
                             "/pension/%7f",
                             "/pension/a b",
                             "/pension/%",
                             "/pension/%4",
                             "/pension/%zz",
                             "/pension/#top",
                             "/pension/\"x",
                             "/pension/<b>",
                             "/pension/;a=b",
                             "/pension/?a=%0A",
                             "/pension/\xC3\xA9",
                             "@evil.example/pension/"}) {
    if (portal.may_return_to(target)) fail_msg("let through: %s", target);
  }
  assert_false(portal.may_return_to("/pension/" + std::string(1016, 'a')));
  assert_true(portal.may_return_to("/pension/" + std::string(1015, 'a')));
  assert_false(Portal().may_return_to("/pension/"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(an_address_below_a_listed_path_is_come_back_to),
      cmocka_unit_test(any_other_address_is_not),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
