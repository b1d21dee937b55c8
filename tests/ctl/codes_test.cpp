// New letters for many: `codes reissue` against the real API and store.

#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ahv_list.hpp"
#include "ctl/csv_reader.hpp"
#include "program.hpp"

using namespace portal;
using namespace portal::ctl;
using namespace portal::test;

namespace {

constexpr const char* kWhere = " --portal flex --audience insured ";

struct Letters : OpenDesk {
  explicit Letters(int count) { assert_exit(run("persons import -", persons(count)), 0); }

  std::string file() const { return (house.folder.path() / "letters.csv").string(); }
  Outcome reissue(const std::string& list, const std::string& before = "") const {
    return run(before + " codes reissue --file -" + kWhere + "--output " + file(), list);
  }
  bool has_file() const { return std::filesystem::exists(file()); }
  /// The rows of the file, the head first.
  std::vector<std::vector<std::string>> rows() const {
    std::ifstream in(file(), std::ios::binary);
    CsvReader reader(in);
    std::vector<std::vector<std::string>> rows;
    while (const auto record = reader.next()) {
      assert_text(record->fault, "");
      rows.push_back(record->fields);
    }
    return rows;
  }
};

void each_person_of_a_list_gets_a_new_code_in_a_private_file(void**) {
  // R2, R3: the code before is dead; J4: no code and no number but in the file
  Letters desk(3);
  ::umask(0);
  const Outcome outcome = desk.reissue(
      "\xEF\xBB\xBF"
      "ahv_number\r\n" +
      ahv_number(3) + "\r\n\r\n" + ahv_number(1));
  ::umask(022);
  assert_exit(outcome, 0);
  assert_text(outcome.out, "issued   2\nrefused  0\nfile     " + desk.file() + "\n");
  assert_says(outcome.err, "can be read nowhere else");
  struct stat info {};
  assert_int_equal(::stat(desk.file().c_str(), &info), 0);
  assert_int_equal(info.st_mode & 07777, 0600);
  const auto rows = desk.rows();
  assert_int_equal(rows.size(), 3);
  assert_text(rows[0][0] + "," + rows[0][5], "ahv_number,code");
  assert_text(rows[1][0], AhvNumber::parse(ahv_number(3))->formatted());
  assert_text(rows[1][1] + " " + rows[1][2], "Anna Muster");
  assert_text(rows[1][3] + " " + rows[1][4], "flex insured");
  assert_true(rows[1][5] != rows[2][5]);
  assert_true((outcome.out + outcome.err).find(rows[1][5]) == std::string::npos);
  assert_true(desk.get("/v1/audit").body.find(rows[1][5]) == std::string::npos);
  assert_int_equal(desk.house.event_count("code.issued"), 2);
  assert_false(registers(desk, 1));
  assert_true(registers(desk, 1, rows[2][5]));
  assert_true(registers(desk, 2));
}

void one_person_is_named_by_a_number(void**) {
  // R3, J4
  Letters desk(1);
  const Outcome outcome =
      desk.run("-q codes reissue --ahv -" + std::string(kWhere) + "--output " + desk.file(),
               ahv_number(1) + "\n");
  assert_exit(outcome, 0);
  assert_text(outcome.out + outcome.err, "");
  assert_true(registers(desk, 1, desk.rows().at(1).at(5)));
}

void a_file_that_is_there_is_never_written_over(void**) {
  // J6: nor is a link followed, nor has anybody lost their code
  Letters desk(1);
  std::ofstream(desk.file()) << "kept";
  const Outcome outcome = desk.reissue(ahv_number(1));
  assert_exit(outcome, 1);
  assert_says(outcome.err, "never written over a file: name another one");
  assert_text(*read_text_file(desk.file(), 100), "kept");
  std::filesystem::remove(desk.file());
  std::filesystem::create_symlink(desk.house.folder.path() / "elsewhere", desk.file());
  assert_exit(desk.reissue(ahv_number(1)), 1);
  assert_false(std::filesystem::exists(desk.house.folder.path() / "elsewhere"));
  assert_true(registers(desk, 1));
}

void a_faulty_list_issues_nothing(void**) {
  // J6, J4: all faults at once, by line, without the numbers
  Letters desk(2);
  const Outcome outcome =
      desk.reissue(ahv_number(1) + "\n7560000000000\n\nabc\n" + ahv_number(1) + "\n");
  assert_exit(outcome, 1);
  assert_says(outcome.err, "line 2: must be 13 digits");
  assert_says(outcome.err, "line 4: must be 13 digits");
  assert_says(outcome.err, "line 5: is the number of line 1");
  assert_says(outcome.err, "no code was issued: 3 faulty lines");
  assert_true(outcome.err.find("756000") == std::string::npos);
  assert_false(desk.has_file());
  assert_true(registers(desk, 1));
  assert_says(desk.reissue("\n").err, "there is no AHV number");
  const Outcome unread =
      desk.run("codes reissue --file /nowhere" + std::string(kWhere) + "--output " + desk.file());
  assert_exit(unread, 1);
  assert_says(unread.err, "cannot read /nowhere");
}

void who_is_not_known_is_told_and_the_others_get_theirs(void**) {
  // R3, issue 4
  Letters desk(2);
  const std::string list = ahv_number(1) + "\n" + ahv_number(7) + "\n" + ahv_number(2) + "\n";
  const Outcome outcome = desk.reissue(list, "--json");
  assert_exit(outcome, 1);
  const auto summary = nlohmann::json::parse(outcome.out);
  assert_int_equal(summary.at("issued").get<int>(), 2);
  const auto& refused = summary.at("refused");
  assert_int_equal(refused.size(), 1);
  assert_int_equal(refused[0].at("line").get<int>(), 2);
  assert_text(refused[0].at("detail").get<std::string>(),
              "nobody with this AHV number was imported");
  assert_text(summary.at("file").get<std::string>(), desk.file());
  assert_says(nlohmann::json::parse(outcome.err).at("detail").get<std::string>(), "import them");
  assert_int_equal(desk.rows().size(), 3);
  assert_true(registers(desk, 2, desk.rows().at(2).at(5)));
  std::filesystem::remove(desk.file());
  assert_says(desk.reissue(list).err, "line 2: nobody with this AHV number was imported");
}

void what_is_refused_for_all_leaves_no_file(void**) {
  // issue 4: a portal that is none, nobody who is known, no daemon
  Letters desk(2);
  const std::string list = ahv_number(1) + "\n" + ahv_number(2) + "\n";
  const Outcome nowhere = desk.run(
      "codes reissue --file - --portal none --audience insured --output " + desk.file(), list);
  assert_exit(nowhere, 1);
  assert_says(nowhere.err, "there is no portal 'none'");
  assert_says(nowhere.err, "stopped at line 1; 2 persons have no new code yet");
  assert_false(desk.has_file());
  assert_exit(desk.reissue(ahv_number(7)), 1);
  assert_false(desk.has_file());
  desk.server->stop(std::chrono::seconds(1));
  const Outcome alone = desk.reissue(list);
  assert_exit(alone, 3);
  assert_says(alone.err, "is portald running");
  assert_false(desk.has_file());
  assert_true(registers(desk, 1));
}

void a_code_that_could_not_be_written_is_told_of(void**) {
  // R3: it is lost, the letters before it are whole, and nobody after it loses their code
  Letters desk(10);
  std::string list;
  for (int i = 1; i <= 10; ++i) list += ahv_number(i) + "\n";
  // No file may grow beyond 512 bytes: room for a few letters, and for what is told.
  const Outcome outcome =
      desk.run("codes reissue --file -" + std::string(kWhere) + "--output " + desk.file(), list,
               "trap '' XFSZ; ulimit -f 1; ");
  assert_exit(outcome, 1);
  const auto rows = desk.rows();
  const int issued = static_cast<int>(rows.size()) - 1;
  assert_in_range(issued, 2, 8);
  assert_says(outcome.err, "the code of line " + std::to_string(issued + 1) +
                               " was issued and could not be written");
  assert_says(outcome.err, std::to_string(10 - issued) + " persons have no new code yet");
  for (const auto& row : rows) assert_int_equal(row.size(), 7);
  assert_true(registers(desk, issued, rows.back().at(5)));
  assert_false(registers(desk, issued + 1));
  assert_true(registers(desk, issued + 2));
}

void a_list_is_read_as_people_save_it(void**) {
  // J6: byte order mark, quotes, CRLF, spaces, a head
  std::istringstream in("\xEF\xBB\xBF\"ahv_number\"\r\n\"756.9217.0769.85\"\r\n  \r\n" +
                        ahv_number(1) + " \r\n");
  const AhvList list = AhvList::read(in);
  assert_int_equal(list.faults.size(), 0);
  assert_int_equal(list.numbers.size(), 2);
  assert_int_equal(list.numbers[0].line, 2);
  assert_text(list.numbers[0].ahv.digits(), "7569217076985");
  assert_int_equal(list.numbers[1].line, 4);
}

void persons_are_named_in_one_way(void**) {
  // issue 4
  const Letters desk(1);
  const std::string rest = kWhere + std::string("--output ") + desk.file();
  assert_exit(desk.run("codes reissue" + rest), 2);
  assert_exit(desk.run("codes reissue --file - --ahv " + ahv_number(1) + rest), 2);
  assert_exit(desk.run("codes reissue --file -" + std::string(kWhere)), 2);
  assert_false(desk.has_file());
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_person_of_a_list_gets_a_new_code_in_a_private_file),
      cmocka_unit_test(one_person_is_named_by_a_number),
      cmocka_unit_test(a_file_that_is_there_is_never_written_over),
      cmocka_unit_test(a_faulty_list_issues_nothing),
      cmocka_unit_test(who_is_not_known_is_told_and_the_others_get_theirs),
      cmocka_unit_test(what_is_refused_for_all_leaves_no_file),
      cmocka_unit_test(a_code_that_could_not_be_written_is_told_of),
      cmocka_unit_test(a_list_is_read_as_people_save_it),
      cmocka_unit_test(persons_are_named_in_one_way),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
