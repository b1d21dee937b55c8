// Completion in bash: the shipped script is made from the commands, and works.

#include "ctl/completion.hpp"
#include "program.hpp"

using namespace portal;
using namespace portal::ctl;
using namespace portal::test;

namespace {

std::filesystem::path shipped() {
  const char* root = std::getenv("PORTAL_SOURCE");
  if (!root) fail_msg("%s", "PORTAL_SOURCE is not set");
  return std::filesystem::path(root) / "config/completion/portalctl.bash";
}

/// What bash offers for these words, the last of which is being typed; in order, by blanks.
std::string offered(const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "a folder");
  std::ofstream(folder.path() / "persons.csv") << "";
  std::ofstream script(folder.path() / "ask");
  script << "cd '" << folder.path().string() << "/a folder/..' || exit 1\n"
         << "source '" << shipped().string() << "' || exit 1\n"
         << "COMP_WORDS=(portalctl";
  for (const std::string& word : words) script << " '" << word << "'";
  script << ")\nCOMP_CWORD=" << words.size() << "\n_portalctl\n"
         << "printf '%s\\n' \"${COMPREPLY[@]}\" | sort | paste -sd ' '\n";
  script.close();
  const std::string command = "bash --norc '" + (folder.path() / "ask").string() + "' >'" +
                              (folder.path() / "out").string() + "' 2>&1";
  assert_int_equal(std::system(command.c_str()), 0);
  std::string text = *read_text_file(folder.path() / "out", 100'000);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void the_shipped_script_is_made_from_the_commands(void**) {
  // issue 4: so that it cannot go stale. PORTAL_UPDATE_SHIPPED=1 writes it anew
  const std::string made = bash_completion(command_tree());
  if (std::getenv("PORTAL_UPDATE_SHIPPED")) std::ofstream(shipped()) << made;
  const auto text = read_text_file(shipped(), 1024 * 1024);
  assert_ok(text);
  assert_text(*text, made);
  const OpenDesk desk;
  const Outcome printed = desk.run("completion bash");
  assert_exit(printed, 0);
  assert_text(printed.out, made);
}

void every_command_is_offered_where_it_may_stand(void**) {
  // issue 4
  const CommandWord root = command_tree();
  const std::string first = " " + offered({""}) + " ";
  for (const CommandWord& word : root.words) {
    assert_says(first, " " + word.name + " ");
    if (word.words.empty()) continue;
    const std::string second = " " + offered({word.name, ""}) + " ";
    for (const CommandWord& next : word.words) assert_says(second, " " + next.name + " ");
  }
}

void words_options_values_and_files_are_completed(void**) {
  // issue 4
  assert_text(offered({"acc"}), "accounts");
  assert_text(offered({"outbox", ""}), "list retry show");
  assert_text(offered({"--socket", "/run/x", "outbox", "re"}), "retry");
  assert_text(offered({"outbox", "list", "--st"}), "--state");
  assert_text(offered({"outbox", "list", "--state", "ha"}), "handed_over");
  assert_text(offered({"outbox", "list", "--state", "=", "ha"}), "handed_over");
  assert_text(offered({"outbox", "list", "--channel", "="}), "mail sms");
  assert_text(offered({"accounts", "show", "anna@example.ch", "--re"}), "--reveal");
  assert_text(offered({"accounts", "list", "--re"}), "");
  assert_text(offered({"accounts", "list", "--js"}), "--json");
  assert_text(offered({"accounts", "list", "--limit", ""}), "");
  assert_text(offered({"persons", "import", "per"}), "persons.csv");
  assert_text(offered({"codes", "reissue", "--output", "a"}), "a folder ask");
  assert_text(offered({"completion", ""}), "bash");
  assert_text(offered({"accounts", "show", ""}), "");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_shipped_script_is_made_from_the_commands),
      cmocka_unit_test(every_command_is_offered_where_it_may_stand),
      cmocka_unit_test(words_options_values_and_files_are_completed),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
