#include "ctl/persons_file.hpp"

#include <sstream>
#include <string>

#include "support/cmocka.hpp"

using namespace portal::ctl;
using portal::test::assert_text;

namespace {

constexpr const char* kHeader = "ahv_number,birth_date,given_name,family_name,portal,audience\n";

/// All chunks' JSON and all faults, as "line field detail".
struct Read {
  std::string json;
  std::size_t chunks = 0;
  std::size_t rows = 0;
  std::string faults;
};

Read read(const std::string& text) {
  std::istringstream in(text);
  PersonsFile file(in);
  Read all;
  while (const auto chunk = file.next_chunk()) {
    all.json += chunk->json;
    all.chunks += 1;
    all.rows += chunk->rows;
    assert_true(chunk->rows <= PersonsFile::kRowsPerChunk);
    assert_true(chunk->json.size() < 1024 * 1024);
  }
  for (const LineFault& fault : file.faults().kept()) {
    all.faults += std::to_string(fault.line) + " " + fault.field + " " + fault.detail + "\n";
  }
  return all;
}

void columns_come_in_any_order(void**) {
  // J6
  const Read all = read(
      "\xEF\xBB\xBF"
      "Portal;audience; FAMILY_NAME;given_name;birth_date;ahv_number;activation_code;language\r\n"
      "flex;insured;\"O\"\"Neil\";Ça;1963-04-17;756;;de\r\n");
  assert_text(all.faults, "");
  assert_text(all.json,
              "{\"rows\":[{\"line\":2,\"portal\":\"flex\",\"audience\":\"insured\","
              "\"family_name\":\"O\\\"Neil\",\"given_name\":\"Ça\",\"birth_date\":\"1963-04-17\","
              "\"ahv_number\":\"756\",\"language\":\"de\"}]}");
}

void a_header_without_the_right_columns_is_refused_with_all_its_faults(void**) {
  // J6
  assert_text(read("").faults, "1  the file is empty; its first line must name the columns\n");
  const Read all = read("ahv_number,birthday,given_name,given_name,portal,audience\nx,x,x,x,x,x\n");
  assert_int_equal(all.rows, 0);
  assert_text(
      all.faults,
      "1 birthday is not a known column\n1 given_name is a column that comes twice\n"
      "1 birth_date is a column that is missing\n1 family_name is a column that is missing\n");
  assert_int_equal(read("756,1963\n").rows, 0);
}

void every_faulty_line_is_told_with_its_number(void**) {
  // J6
  const Read all = read(std::string(kHeader) +
                        "1,2,3,4,5,6\n1,2,3\n\n\"1\",\"2\n\",3,4,5,6\n1,\xE9,3,4,5,6\n"
                        "\"1\"x,2,3,4,5,6\n1,2,3,4,5,6\n");
  assert_int_equal(all.rows, 3);
  assert_text(all.faults,
              "3  has 3 fields where the header row has 6\n"
              "7 birth_date is not UTF-8; save the file as \"CSV UTF-8\"\n"
              "8  has text after a closing quote\n");
  assert_true(all.json.find("\"line\":5") != std::string::npos);
  assert_true(all.json.find("\"line\":9") != std::string::npos);
}

void large_files_go_in_chunks(void**) {
  // J6
  std::string text = kHeader;
  for (int i = 0; i < 2'500; ++i) text += "756,1963-04-17,A,B,flex,insured\n";
  const Read all = read(text);
  assert_int_equal(all.rows, 2'500);
  assert_int_equal(all.chunks, 5);
  const std::string wide(900, 'x');
  text = kHeader;
  for (int i = 0; i < 1'500; ++i) text += "756,1963-04-17," + wide + ",B,flex,insured\n";
  assert_int_equal(read(text).rows, 1'500);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(columns_come_in_any_order),
      cmocka_unit_test(a_header_without_the_right_columns_is_refused_with_all_its_faults),
      cmocka_unit_test(every_faulty_line_is_told_with_its_number),
      cmocka_unit_test(large_files_go_in_chunks),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
