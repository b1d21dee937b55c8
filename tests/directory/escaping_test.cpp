#include "directory/escaping.hpp"

#include <string>

#include "directory/dn.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using directory::escaped_for_dn;
using directory::escaped_for_filter;

namespace {

void assert_dn(std::string_view value, std::string_view expected) {
  const Result<std::string> escaped = escaped_for_dn(value);
  assert_ok(escaped);
  test::assert_text(*escaped, expected);
}

void assert_filter(std::string_view value, std::string_view expected) {
  const Result<std::string> escaped = escaped_for_filter(value);
  assert_ok(escaped);
  test::assert_text(*escaped, expected);
}

void dn_values_are_escaped_as_rfc_4514_wants(void**) {
  // L2
  assert_dn("plain", "plain");
  assert_dn("James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III");  // section 4
  assert_dn("a+b;c<d>e=f\\g", "a\\+b\\;c\\<d\\>e\\=f\\\\g");
  assert_dn("#first # later", "\\#first # later");
  assert_dn(" both ends ", "\\ both ends\\ ");
  assert_dn(" ", "\\ ");
  assert_dn(std::string_view("nul\0byte", 8), "nul\\00byte");
  assert_dn("before\rafter", "before\\0Dafter");            // section 4
  assert_dn("Lu\xC4\x8Di\xC4\x87", "Lu\\C4\\8Di\\C4\\87");  // section 4
  assert_dn("\xFF\x7F", "\\FF\\7F");
}

void filter_values_are_escaped_as_rfc_4515_wants(void**) {
  // L2
  assert_filter("plain", "plain");
  assert_filter("Parens R Us (for all your parenthetical needs)",
                "Parens R Us \\28for all your parenthetical needs\\29");  // section 4
  assert_filter("*", "\\2A");
  assert_filter("C:\\MyFile", "C:\\5CMyFile");
  assert_filter(std::string_view("\0\0\0\4", 4), "\\00\\00\\00\\04");
  assert_filter("Lu\xC4\x8Di\xC4\x87", "Lu\\C4\\8Di\\C4\\87");
  assert_filter("x)(uid=*", "x\\29\\28uid=\\2A");
}

void every_byte_alone_stays_one_value(void**) {
  // L2
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value(1, static_cast<char>(byte));
    const Result<std::string> escaped = escaped_for_dn(value);
    assert_ok(escaped);
    const std::string dn = "uid=" + *escaped + ",ou=staging,dc=example";
    // Half a character is no text: such a DN is none, here and for a server.
    assert_true(directory::is_within(dn, "ou=staging,dc=example") == (byte < 0x80));
    const Result<std::string> filter = escaped_for_filter(value);
    assert_ok(filter);
    assert_true(filter->find_first_of("*()") == std::string::npos);
    assert_true(filter->size() == 1 || filter->size() == 3);
  }
}

void empty_and_endless_values_are_malformed(void**) {
  // L2
  assert_error(escaped_for_dn(""), Errc::malformed);
  assert_error(escaped_for_filter(""), Errc::malformed);
  const std::string longest(directory::kLongestValue, '\x01');
  assert_ok(escaped_for_dn(longest));
  assert_ok(escaped_for_filter(longest));
  assert_error(escaped_for_dn(longest + "x"), Errc::malformed);
  assert_error(escaped_for_filter(longest + "x"), Errc::malformed);
}

void a_dn_is_placed_in_the_tree_by_its_parts(void**) {
  // L2
  using namespace directory;
  assert_true(is_within("uid=a,OU=People,dc=Example,dc=ch", "ou=people,DC=example,dc=ch"));
  assert_true(is_within("ou=people,dc=example", "ou=people , dc=example"));
  assert_false(is_within("uid=a,ou=staging,dc=example", "ou=people,dc=example"));
  assert_false(is_within("uid=a\\,ou=people,dc=example", "ou=people,dc=example"));
  assert_false(is_within("dc=example", "ou=people,dc=example"));
  assert_false(is_within("uid=a,ou=people", ""));
  assert_false(is_within("nonsense", "dc=example"));
  assert_false(is_dn(""));
  assert_false(is_dn("nonsense"));
  assert_false(is_dn(std::string_view("dc=a\0,dc=b", 10)));
  assert_false(is_dn("dc=" + std::string(2000, 'a')));
  test::assert_text(common_base("ou=people,dc=example,dc=ch", "ou=staging,dc=example,DC=ch"),
                    "dc=example,dc=ch");
  test::assert_text(common_base("dc=a", "dc=b"), "");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(dn_values_are_escaped_as_rfc_4514_wants),
      cmocka_unit_test(filter_values_are_escaped_as_rfc_4515_wants),
      cmocka_unit_test(every_byte_alone_stays_one_value),
      cmocka_unit_test(empty_and_endless_values_are_malformed),
      cmocka_unit_test(a_dn_is_placed_in_the_tree_by_its_parts),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
