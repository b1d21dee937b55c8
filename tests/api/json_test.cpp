#include "api/json.hpp"

#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::api;

namespace {

/// The first fault of a body that must not be taken as a document.
std::string refusal_of(const std::string& body) {
  Faults faults;
  if (JsonDocument::parse(Secret(body), faults)) fail_msg("taken: %s", body.c_str());
  assert_int_equal(faults.size(), 1);
  return faults.front().detail;
}

void what_is_not_strict_json_is_refused(void**) {
  // J6
  for (const char* body : {"{", "{}x", "{'a':1}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":NaN}",
                           "// c\n{}", "{\"a\":\"\n\"}", "{\"a\":\"\xC3\x28\"}",
                           "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":1e999}", "\xEF\xBB", " "}) {
    assert_true(refusal_of(body).starts_with("is not JSON"));
  }
  test::assert_text(refusal_of("[]"), "must be a JSON object");
  test::assert_text(refusal_of("\"{}\""), "must be a JSON object");
  test::assert_text(refusal_of("null"), "must be a JSON object");
}

void a_refusal_repeats_nothing_of_the_body(void**) {
  // J4
  test::assert_text(refusal_of("{\"code\": \"K7QF9XTM\" \"K7QF\"}"), "is not JSON at byte 26");
}

void depth_is_bounded(void**) {
  // J6
  const std::string deep(100'000, '[');
  assert_true(!refusal_of("{\"a\":" + deep + "}").empty());
  std::string nested = "{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}";
  test::assert_text(refusal_of(nested), "is nested too deep");
}

void a_name_that_comes_twice_is_refused_at_any_depth(void**) {
  // J6
  test::assert_text(refusal_of(R"({"a":1,"a":1})"), "has a name twice");
  test::assert_text(refusal_of(R"({"a":[{"b":1},{"b":1,"c":{"d":1},"b":2}]})"), "has a name twice");
  Faults faults;
  assert_true(
      JsonDocument::parse(Secret(R"({"a":[{"b":1},{"b":1}],"c":{"a":1}})"), faults).has_value());
}

void every_fault_is_told_with_its_pointer(void**) {
  // J6
  Faults faults;
  const auto document = JsonDocument::parse(
      Secret(R"({"name":7,"long":"abcdef","count":5,"a/b~":1,"rows":[{"x":"y"},3,{"z":1}]})"),
      faults);
  assert_true(document.has_value());
  JsonReader reader = document->reader(faults);
  assert_false(reader.text("name", 10).has_value());
  assert_false(reader.text("long", 5).has_value());
  assert_false(reader.text("missing", 5).has_value());
  assert_false(reader.optional_text("absent", 5).has_value());
  assert_false(reader.integer("count", 6, 9).has_value());
  int rows = 0;
  reader.each("rows", 3,
              [&](JsonReader& row) { rows += row.optional_text("x", 9).has_value() ? 1 : 0; });
  reader.refuse_the_rest();
  assert_int_equal(rows, 1);
  const std::vector<std::string> expected = {"/name",   "/long",     "/missing", "/count",
                                             "/rows/1", "/rows/2/z", "/a~1b~0"};
  assert_int_equal(faults.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    test::assert_text(faults[i].pointer, expected[i]);
  }
}

void integers_are_whole_and_in_range(void**) {
  // J6
  const auto integer = [](const std::string& value) {
    Faults faults;
    const auto document = JsonDocument::parse(Secret("{\"n\":" + value + "}"), faults);
    assert_true(document.has_value());
    return document->reader(faults).integer("n", 1, 1'000);
  };
  assert_true(integer("1") == 1);
  assert_true(integer("1000") == 1'000);
  for (const char* wrong :
       {"0", "-1", "1001", "1.0", "1e2", "\"1\"", "true", "null", "18446744073709551615"}) {
    assert_false(integer(wrong).has_value());
  }
}

void what_is_written_is_read_back_whatever_it_holds(void**) {
  // J6
  JsonObject inner;
  inner.text("t", std::string("\"\\\n\0\x7F</script>é", 17)).number("n", -5).null("z");
  JsonObject outer;
  outer.object("o", inner).list("l", {inner, inner}).time("w", from_millis(1'740'817'800'007));
  Faults faults;
  assert_true(JsonDocument::parse(Secret(outer.str()), faults).has_value());
  assert_true(outer.str().find("\"2025-03-01T08:30:00.007Z\"") != std::string::npos);
  JsonObject broken;
  broken.text("t", "\xFF");
  assert_true(JsonDocument::parse(Secret(broken.str()), faults).has_value());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_strict_json_is_refused),
      cmocka_unit_test(a_refusal_repeats_nothing_of_the_body),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(a_name_that_comes_twice_is_refused_at_any_depth),
      cmocka_unit_test(every_fault_is_told_with_its_pointer),
      cmocka_unit_test(integers_are_whole_and_in_range),
      cmocka_unit_test(what_is_written_is_read_back_whatever_it_holds),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
