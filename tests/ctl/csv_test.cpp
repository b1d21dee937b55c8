#include <sstream>
#include <string>
#include <vector>

#include "ctl/csv_reader.hpp"
#include "ctl/csv_writer.hpp"
#include "ctl/table.hpp"
#include "support/cmocka.hpp"

using namespace portal::ctl;
using portal::test::assert_text;

namespace {

std::vector<CsvRecord> records_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::vector<CsvRecord> records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

/// "line:field|field" or "line!fault" for each record.
std::string told(const std::string& text) {
  std::string told;
  for (const CsvRecord& record : records_of(text)) {
    told += std::to_string(record.line);
    if (!record.fault.empty()) told += "!" + record.fault;
    for (const std::string& field : record.fields) told += "|" + field;
    told += "\n";
  }
  return told;
}

void what_spreadsheets_write_is_read(void**) {
  // J6
  assert_text(told("a,b\nc,d\n"), "1|a|b\n2|c|d\n");
  assert_text(told("\xEF\xBB\xBF"
                   "a;b\r\nc;d,e\r\n"),
              "1|a|b\n2|c|d,e\n");
  assert_text(told("a,b\n\"c \"\"d\"\"\",\"e,\r\nf\"\ng,h"), "1|a|b\n2|c \"d\"|e,\r\nf\n4|g|h\n");
  assert_text(told("a,\n,\n\n\n\"\",\"\"\r\n"), "1|a|\n2||\n5||\n");
  assert_text(told(""), "");
  assert_text(told("\n\r\n\n"), "");
}

void a_faulty_record_is_told_and_the_next_ones_are_read(void**) {
  // J6
  assert_text(told("a,b\nc\"d,e\nf,g\n"),
              "1|a|b\n2!has a quote inside a field that does not begin with one\n3|f|g\n");
  assert_text(told("\"a\"x,b\nc,d\n"), "1!has text after a closing quote\n2|c|d\n");
  assert_text(told("a\rb\nc\n"), "1!has a control character\n2|c\n");
  assert_text(told(std::string("a\0b\nc\n", 6)), "1!has a control character\n2|c\n");
  assert_text(told(std::string("\"a\0b\"\nc\n", 8)), "1!has a control character\n2|c\n");
  assert_text(told("a,\"b\n"), "1!has a quote that is not closed\n");
  assert_text(told("\""), "1!has a quote that is not closed\n");
}

void every_size_is_bounded(void**) {
  // J6
  const std::string longest(CsvReader::kLongestField, 'x');
  assert_text(records_of(longest + "\n").front().fields.front(), longest);
  assert_text(told(longest + "x\nb\n"), "1!has a field that is too long\n2|b\n");
  assert_text(told("\"" + longest + "x\"\nb\n"), "1!has a field that is too long\n2|b\n");
  const std::string commas(CsvReader::kMostFields - 1, ',');
  assert_int_equal(records_of(commas + "\n").front().fields.size(), CsvReader::kMostFields);
  assert_text(told(commas + ",\nb\n"), "1!has too many fields\n2|b\n");
  const std::string huge(3'000'000, 'x');
  assert_text(told(huge + "\nb\n"), "1!has a field that is too long\n2|b\n");
}

void a_quote_that_is_never_closed_does_not_swallow_the_file(void**) {
  // J6
  std::string text = "a,b\n\"c,d\n";
  for (int line = 3; line <= 40; ++line) text += "e,f\n";
  const auto records = records_of(text);
  assert_text(records.at(1).fault, "has a quote that is not closed");
  assert_true(records.size() > 20);
  assert_text(records.back().fields.at(1), "f");
  assert_int_equal(records.back().line, 40);
}

void records_are_whole_wherever_a_buffer_ends(void**) {
  // J6
  // 13 does not divide the buffer's size: each place in a record meets its end once.
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "\"ab\r\n\"\"c\",d\r\n";
  const auto records = records_of(text);
  assert_int_equal(records.size(), 30'000);
  for (const CsvRecord& record : records) {
    assert_text(record.fault, "");
    assert_text(record.fields.at(0), "ab\r\n\"c");
    assert_text(record.fields.at(1), "d");
  }
  assert_int_equal(records.back().line, 59'999);
}

void cells_that_look_like_formulas_are_neutralised(void**) {
  // J6
  assert_text(csv_line({"=1+1", "+41", "-1", "@x", "a=b", ""}), "'=1+1,'+41,'-1,'@x,a=b,\r\n");
  assert_text(csv_line({"\t=1", "\r=1"}), "\"'\t=1\",\"'\r=1\"\r\n");
  assert_text(csv_line({"=\"x\",y"}), "\"'=\"\"x\"\",y\"\r\n");
  assert_text(csv_line({"a\nb", "c;d"}), "\"a\nb\",\"c;d\"\r\n");
}

void columns_are_aligned_by_what_a_terminal_shows(void**) {
  // J6
  assert_int_equal(display_width("Müller"), 6);
  assert_int_equal(display_width("Mu\xCC\x88ller"), 6);
  assert_int_equal(display_width("山田"), 4);
  assert_int_equal(display_width("•••"), 3);
  assert_text(aligned({{"NAME", "ID"}, {"Müller", "1"}, {"山田", "2"}, {"x", ""}}),
              "NAME    ID\nMüller  1\n山田    2\nx\n");
}

void a_name_does_not_steer_the_terminal(void**) {
  // J6, J4
  assert_text(aligned({{"\x1B[2J\nroot", "1"}}), "\\x1b[2J\\nroot  1\n");
  assert_true(aligned({{"\xC2\x9B"
                        "31m"}})
                  .find('\x9B') == std::string::npos);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(what_spreadsheets_write_is_read),
      cmocka_unit_test(a_faulty_record_is_told_and_the_next_ones_are_read),
      cmocka_unit_test(every_size_is_bounded),
      cmocka_unit_test(a_quote_that_is_never_closed_does_not_swallow_the_file),
      cmocka_unit_test(records_are_whole_wherever_a_buffer_ends),
      cmocka_unit_test(cells_that_look_like_formulas_are_neutralised),
      cmocka_unit_test(columns_are_aligned_by_what_a_terminal_shows),
      cmocka_unit_test(a_name_does_not_steer_the_terminal),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
