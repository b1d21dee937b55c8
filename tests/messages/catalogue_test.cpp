#include "messages/catalogue.hpp"

#include <span>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "messages/placeholders.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using test::assert_text;

namespace {

/// Keeps what is logged.
struct Lines final : LogSink {
  std::vector<std::string> messages;
  void write(LogLevel, std::string_view message, std::span<const LogField>) noexcept override {
    messages.emplace_back(message);
  }
};

std::unique_ptr<Catalogue> load() {
  Result<std::unique_ptr<Catalogue>> catalogue = Catalogue::load();
  assert_ok(catalogue);
  return std::move(*catalogue);
}

void every_language_speaks_its_own_words(void**) {
  const auto catalogue = load();
  assert_text(catalogue->text(Language::fr, "prompt.password"), "Mot de passe : ");
  assert_text(catalogue->text(Language::de, "prompt.password"), "Passwort: ");
  assert_text(catalogue->text(Language::it, "factor.sms"), "codice per SMS");
  assert_text(catalogue->text(Language::en, "prompt.password"), "Password: ");
}

void values_fill_their_placeholders_and_nothing_else(void**) {
  const auto catalogue = load();
  assert_text(catalogue->text(Language::en, "prompt.sms", {{"phone", "+41 •• 67"}}),
              "Code sent by SMS to +41 •• 67 (6 digits): ");
  assert_text(
      catalogue->text(Language::fr, "sms.code.body", {{"code", "447683"}, {"portal", "{{code}}"}}),
      "Votre code: 447683 ({{code}}). Valable 10 minutes au plus. Ne le communiquez à "
      "personne.");
  assert_text(messages::fill_placeholders("{{a}}{{b}}{{", {{"a", "1"}}), "1{{b}}{{");
  assert_text(messages::fill_placeholders("", {}), "");
  assert_true(messages::placeholders_of("x {{a}} {{b}} {{a}} {{") ==
              (std::set<std::string>{"a", "b"}));
}

void an_unknown_key_shows_itself_and_is_logged_once(void**) {
  Lines lines;
  set_log_sink(&lines);
  const auto catalogue = load();
  assert_text(catalogue->text(Language::de, "no.such_key"), "[no.such_key]");
  assert_text(catalogue->text(Language::fr, "no.such_key"), "[no.such_key]");
  assert_text(catalogue->text(Language::fr, ""), "[]");
  set_log_sink(nullptr);
  assert_int_equal(lines.messages.size(), 2);
  assert_true(catalogue->has(Language::de, "prompt.totp"));
  assert_false(catalogue->has(Language::de, "no.such_key"));
  assert_false(catalogue->has(Language::de, ""));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_language_speaks_its_own_words),
      cmocka_unit_test(values_fill_their_placeholders_and_nothing_else),
      cmocka_unit_test(an_unknown_key_shows_itself_and_is_logged_once),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
