#include "fixture.hpp"

using namespace portal;
using namespace portal::test;
using nlohmann::json;

namespace {

/// The answer when every row is settled: as often as it takes, which changes nothing.
json commit(const Desk& desk, const std::string& import, int rows, int status = 200) {
  while (true) {
    json answer = body_of(desk.post(import + "/commit", json{{"rows", rows}}), status);
    if (status != 200 || answer.at("state") == "done") return answer;
    assert_text(answer.at("state").get<std::string>(), "committed");
  }
}

bool registers(Desk& desk, int line, std::string_view code = "K7QF-9XTM-4PWR-A") {
  const auto outcome = desk.house.identify(ahv_number(line), "17.04.1963", code);
  assert_ok(outcome);
  return std::holds_alternative<Identified>(*outcome);
}

void a_thousand_rows_become_persons_who_can_register(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  const json taken = body_of(desk.post(import + "/rows", person_rows(1, 1'000)), 200);
  assert_int_equal(taken.at("rows").get<int>(), 1'000);
  assert_true(taken.at("warnings").empty());
  assert_false(registers(desk, 7));
  const json report = commit(desk, import, 1'000);
  assert_int_equal(report.at("added").get<int>(), 1'000);
  assert_int_equal(report.at("letters").get<int>(), 1'000);
  assert_true(registers(desk, 7));
  assert_true(registers(desk, 1'000));
}

void a_commit_that_is_sent_twice_counts_once_and_the_import_takes_no_more(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 3)), 200);
  const json first = commit(desk, import, 3);
  assert_true(commit(desk, import, 3) == first);
  assert_true(body_of(desk.get(import), 200) == first);
  assert_int_equal(first.at("settled").get<int>(), 3);
  commit(desk, import, 4, 409);
  for (const int line : {3, 4}) {
    const json late = body_of(desk.post(import + "/rows", person_rows(line, line)), 409);
    assert_text(late.at("code").get<std::string>(), "conflict");
  }
  body_of(desk.ask(http::Method::delete_, import), 409);
  assert_int_equal(desk.rows_in("letters"), 3);
  assert_int_equal(desk.house.event_count("people.imported"), 1);
}

void a_chunk_whose_answer_was_lost_is_sent_again(void**) {
  // J6
  const Desk desk;
  const std::string import = opened_import(desk);
  for (int again = 0; again < 3; ++again) {
    const json taken = body_of(desk.post(import + "/rows", person_rows(11, 20)), 200);
    assert_int_equal(taken.at("rows").get<int>(), 10);
  }
  // In any order.
  body_of(desk.post(import + "/rows", person_rows(1, 10)), 200);
  assert_int_equal(commit(desk, import, 20).at("letters").get<int>(), 20);
  assert_int_equal(desk.rows_in("letters"), 20);
}

void faults_of_a_chunk_that_clashes_with_good_rows_are_told_too(void**) {
  // J6
  const Desk desk;
  const std::string import = opened_import(desk);
  json rows = person_rows(1, 3);
  rows["rows"][0]["portal"] = "none";
  body_of(desk.post(import + "/rows", rows), 422);
  json twice = person_row(3);
  twice["line"] = 7;
  twice["family_name"] = "Other";
  const json problem = body_of(desk.post(import + "/rows", json{{"rows", {twice}}}), 422);
  assert_int_equal(problem.at("errors").size(), 2);
  for (const json& error : problem.at("errors")) {
    assert_int_equal(error.at("line").get<int>(), 7);
    assert_true(error.at("detail").get<std::string>().ends_with("line 3"));
  }
}

void the_same_rows_again_change_nothing(void**) {
  // J6
  const Desk desk;
  for (const int added : {20, 0}) {
    const std::string import = opened_import(desk);
    body_of(desk.post(import + "/rows", person_rows(1, 10)), 200);
    body_of(desk.post(import + "/rows", person_rows(11, 20)), 200);
    const json report = commit(desk, import, 20);
    assert_int_equal(report.at("added").get<int>(), added);
    assert_int_equal(report.at("unchanged").get<int>(), 20 - added);
    assert_int_equal(report.at("letters").get<int>(), added);
  }
}

void every_fault_of_a_chunk_is_told_with_line_and_field(void**) {
  // J6, J4
  const Desk desk;
  json rows = person_rows(2, 9);
  json& row = rows["rows"];
  row[0]["ahv_number"] = "756.9217.0769.86";
  row[1]["birth_date"] = "31.02.1963";
  row[2]["given_name"] = " ";
  row[3]["family_name"] = "Mus\nter";
  row[4]["portal"] = "flux";
  row[5]["audience"] = "insurers";
  row[6]["language"] = "rm";
  row[7]["activation_code"] = "?";
  row[7]["nickname"] = "x";
  row[7].erase("given_name");
  const std::string import = opened_import(desk);
  const auto response = desk.post(import + "/rows", rows);
  const json problem = body_of(response, 422);
  assert_text(response.content_type, "application/problem+json");
  const std::vector<std::pair<int, std::string>> expected = {
      {2, "/rows/0/ahv_number"},  {3, "/rows/1/birth_date"}, {4, "/rows/2/given_name"},
      {5, "/rows/3/family_name"}, {6, "/rows/4/portal"},     {7, "/rows/5/audience"},
      {8, "/rows/6/language"},    {9, "/rows/7/given_name"}, {9, "/rows/7/activation_code"},
      {9, "/rows/7/nickname"}};
  assert_int_equal(problem.at("errors").size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const json& error = problem.at("errors").at(i);
    assert_text(error.at("pointer").get<std::string>(), expected[i].second);
    assert_int_equal(error.at("line").get<int>(), expected[i].first);
  }
  assert_true(response.body.find("9217") == std::string::npos);
}

void after_a_refused_chunk_nothing_can_be_committed(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 5)), 200);
  json bad = person_rows(6, 6);
  bad["rows"][0]["portal"] = "none";
  body_of(desk.post(import + "/rows", bad), 422);
  body_of(desk.post(import + "/rows", person_rows(7, 8)), 200);
  assert_text(commit(desk, import, 7, 409).at("code").get<std::string>(), "conflict");
  assert_false(registers(desk, 1));
}

void rows_that_contradict_each_other_are_faults(void**) {
  // J6
  const Desk desk;
  const std::string import = opened_import(desk);
  json rows = person_rows(1, 2);
  json other_portal = person_row(1);
  other_portal["line"] = 3;
  other_portal["portal"] = "1e";
  rows["rows"].push_back(other_portal);
  body_of(desk.post(import + "/rows", rows), 200);
  json twice = person_row(2);
  twice["line"] = 4;
  json reborn = other_portal;
  reborn["line"] = 5;
  reborn["ahv_number"] = ahv_number(2);
  reborn["birth_date"] = "1970-01-01";
  const json problem = body_of(desk.post(import + "/rows", json{{"rows", {twice, reborn}}}), 422);
  assert_int_equal(problem.at("errors").size(), 2);
  assert_int_equal(problem.at("errors").at(0).at("line").get<int>(), 4);
  assert_text(problem.at("errors").at(0).at("detail").get<std::string>(),
              "comes twice for this portal, also at line 2");
  assert_int_equal(problem.at("errors").at(1).at("line").get<int>(), 5);
  commit(desk, import, 5, 409);
}

void weak_codes_are_taken_with_a_warning(void**) {
  // R2
  Desk desk;
  json rows = person_rows(1, 3);
  rows["rows"][1]["activation_code"] = "12345";
  rows["rows"][2]["activation_code"] = "1234567";
  const std::string import = opened_import(desk);
  const json taken = body_of(desk.post(import + "/rows", rows), 200);
  assert_int_equal(taken.at("warnings").size(), 1);
  assert_int_equal(taken.at("warnings").at(0).at("line").get<int>(), 2);
  commit(desk, import, 3);
  assert_true(registers(desk, 2, "12345"));
}

void a_new_code_for_the_same_person_is_a_new_letter(void**) {
  // R3
  Desk desk;
  std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 1)), 200);
  commit(desk, import, 1);
  json rows = person_rows(1, 1);
  rows["rows"][0]["activation_code"] = "ANOTHER1CODE2";
  import = opened_import(desk);
  body_of(desk.post(import + "/rows", rows), 200);
  assert_int_equal(commit(desk, import, 1).at("letters").get<int>(), 1);
  assert_false(registers(desk, 1));
  assert_true(registers(desk, 1, "another1code2"));
}

void a_commit_that_counts_otherwise_is_refused_and_can_be_repeated(void**) {
  // J6
  const Desk desk;
  const std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 3)), 200);
  commit(desk, import, 2, 409);
  commit(desk, import, 0, 422);
  commit(desk, import, 3);
}

void an_abandoned_import_leaves_nothing(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 3)), 200);
  assert_int_equal(desk.ask(http::Method::delete_, import).status, 204);
  commit(desk, import, 3, 404);
  assert_false(registers(desk, 1));
}

void an_import_ends_an_hour_after_its_last_chunk(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  desk.house.clock.advance(std::chrono::minutes(59));
  body_of(desk.post(import + "/rows", person_rows(1, 3)), 200);
  desk.house.clock.advance(std::chrono::minutes(61));
  commit(desk, import, 3, 404);
}

void another_administrator_cannot_touch_an_import(void**) {
  // C2
  const Desk desk;
  const std::string import = opened_import(desk);
  const http::Peer other{1000, kDaemonGroup, 5, {}};
  const std::string rows = person_rows(1, 1).dump();
  assert_int_equal(desk.ask(http::Method::post, import + "/rows", rows, other).status, 404);
  assert_int_equal(desk.ask(http::Method::delete_, import, "", other).status, 404);
  assert_int_equal(desk.ask(http::Method::get, import, "", other).status, 404);
  assert_int_equal(desk.ask(http::Method::post, import + "/commit", "{\"rows\":1}", other).status,
                   404);
  assert_int_equal(desk.ask(http::Method::delete_, import).status, 204);
}

void chunks_and_open_imports_are_bounded(void**) {
  // J6
  Desk desk;
  const std::string import = opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 1'001)), 422);
  for (int i = 0; i < 3; ++i) opened_import(desk);
  assert_text(body_of(desk.post("/v1/imports"), 429).at("code").get<std::string>(), "rate_limited");
  desk.house.clock.advance(std::chrono::minutes(2));
  opened_import(desk);
  body_of(desk.post(import + "/rows", person_rows(1, 1)), 404);
}

void what_is_not_an_object_of_rows_is_refused(void**) {
  // J6
  const Desk desk;
  const std::string import = opened_import(desk);
  for (const char* body : {"", "{}", "[]", "{\"rows\":[]}", "{\"rows\":{}}", "{\"rows\":[1]}",
                           "{\"rows\":[{}]}", "nonsense"}) {
    assert_int_equal(desk.post(import + "/rows", std::string(body)).status, 422);
  }
  json rows = person_rows(1, 1);
  rows["extra"] = 1;
  const json problem = body_of(desk.post(import + "/rows", rows), 422);
  assert_text(problem.at("errors").at(0).at("pointer").get<std::string>(), "/extra");
  assert_int_equal(desk.post("/v1/imports", json{{"file", "x"}}).status, 422);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_rows_become_persons_who_can_register),
      cmocka_unit_test(a_commit_that_is_sent_twice_counts_once_and_the_import_takes_no_more),
      cmocka_unit_test(a_chunk_whose_answer_was_lost_is_sent_again),
      cmocka_unit_test(faults_of_a_chunk_that_clashes_with_good_rows_are_told_too),
      cmocka_unit_test(the_same_rows_again_change_nothing),
      cmocka_unit_test(every_fault_of_a_chunk_is_told_with_line_and_field),
      cmocka_unit_test(after_a_refused_chunk_nothing_can_be_committed),
      cmocka_unit_test(rows_that_contradict_each_other_are_faults),
      cmocka_unit_test(weak_codes_are_taken_with_a_warning),
      cmocka_unit_test(a_new_code_for_the_same_person_is_a_new_letter),
      cmocka_unit_test(a_commit_that_counts_otherwise_is_refused_and_can_be_repeated),
      cmocka_unit_test(an_abandoned_import_leaves_nothing),
      cmocka_unit_test(an_import_ends_an_hour_after_its_last_chunk),
      cmocka_unit_test(another_administrator_cannot_touch_an_import),
      cmocka_unit_test(chunks_and_open_imports_are_bounded),
      cmocka_unit_test(what_is_not_an_object_of_rows_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
