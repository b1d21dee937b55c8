#include "daemon/command_line.hpp"

#include <string>
#include <vector>

#include "support/cmocka.hpp"

using namespace portal;

namespace {

Result<CommandLine> parse(std::vector<std::string> words) {
  std::string program = "portald";
  std::vector<char*> arguments = {program.data()};
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return parse_command_line(static_cast<int>(words.size() + 1), arguments.data());
}

void without_options_it_serves_the_usual_configuration(void**) {
  const auto line = parse({});
  assert_ok(line);
  assert_true(line->task == CommandLine::Task::serve);
  test::assert_text(line->configuration.string(), "/etc/portald/portald.toml");
}

void each_option_is_understood_in_any_order(void**) {
  const auto check = parse({"--check", "--config", "/x.toml"});
  assert_ok(check);
  assert_true(check->task == CommandLine::Task::check);
  test::assert_text(check->configuration.string(), "/x.toml");
  assert_true(parse({"--version"})->task == CommandLine::Task::version);
  assert_true(parse({"--help"})->task == CommandLine::Task::help);
  assert_true(parse({"--print-defaults"})->task == CommandLine::Task::print_defaults);
  test::assert_text(parse({"--config=/y.toml"})->configuration.string(), "/y.toml");
}

void what_it_does_not_know_is_refused_by_name(void**) {
  const auto unknown = parse({"--chekc"});
  assert_error(unknown, Errc::malformed);
  test::assert_text(unknown.error().detail, "unknown option --chekc");
  assert_error(parse({"--config"}), Errc::malformed);
  assert_error(parse({"extra"}), Errc::malformed);
  assert_error(parse({"--check=yes"}), Errc::malformed);
}

void the_help_names_every_option(void**) {
  for (const char* option : {"--config", "--check", "--print-defaults", "--version", "--help"}) {
    assert_true(help_text().find(option) != std::string::npos);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(without_options_it_serves_the_usual_configuration),
      cmocka_unit_test(each_option_is_understood_in_any_order),
      cmocka_unit_test(what_it_does_not_know_is_refused_by_name),
      cmocka_unit_test(the_help_names_every_option),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
