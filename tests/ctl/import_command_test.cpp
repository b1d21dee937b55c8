// An import by the program itself, when something goes wrong on its way.

#include <atomic>

#include "program.hpp"

using namespace portal;
using namespace portal::test;

namespace {

void a_chunk_whose_answer_is_lost_is_sent_again(void**) {
  // J6
  OpenDesk desk;
  std::atomic<int> chunks = 0;
  http::Router lossy;
  const auto hand_on = [&](http::Method method, const char* pattern, bool loses) {
    lossy.add(method, pattern, [&desk, &chunks, method, loses](const http::Request& request) {
      http::Response response =
          desk.ask(method, request.path, std::string(request.body.reveal()), request.peer);
      // It has been done, but the client learns nothing of it.
      if (loses && ++chunks % 2 == 1) response.status = 503;
      return response;
    });
  };
  hand_on(http::Method::post, "/v1/imports", false);
  hand_on(http::Method::post, "/v1/imports/{id}/rows", true);
  hand_on(http::Method::post, "/v1/imports/{id}/commit", false);
  desk.serve(lossy);
  const Outcome outcome = desk.run("persons import -", persons(3'500));
  assert_exit(outcome, 0);
  assert_says(outcome.out, "added        3500\n");
  assert_true(chunks > 4);
  assert_int_equal(desk.rows_in("letters"), 3'500);
  assert_true(registers(desk, 3'500));
}

void thousands_of_faults_are_counted_and_the_first_told(void**) {
  // J6
  const OpenDesk desk;
  std::string text = kHeader;
  for (int i = 0; i < 2'500; ++i) text += "1234,17.04.1963,Anna,Muster,flex,insured,\n";
  const Outcome outcome = desk.run("persons import -", text);
  assert_exit(outcome, 1);
  assert_says(outcome.err, "line 2: ahv_number must be 13 digits");
  assert_says(outcome.err, "and 1500 more\n");
  assert_says(outcome.err, "nothing was imported: 2500 faults");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_chunk_whose_answer_is_lost_is_sent_again),
      cmocka_unit_test(thousands_of_faults_are_counted_and_the_first_told),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
