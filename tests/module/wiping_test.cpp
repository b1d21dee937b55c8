// Looks at each piece of memory that the module's conversation frees.

#include <array>
#include <cstdlib>
#include <cstring>

#include "conversation.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

constexpr char kAnswer[] = "Sommer-2024";

int freed_answers = 0;
bool freed_in_clear = false;
void* watched = nullptr;
pam_conv conversation{};
char anything = 0;
auto* const handle = reinterpret_cast<pam_handle_t*>(&anything);  // nobody looks into it

int answer(int, const pam_message**, pam_response** responses, void*) {
  *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
  (*responses)->resp = ::strdup(kAnswer);
  watched = (*responses)->resp;
  return PAM_SUCCESS;
}

}  // namespace

// In place of libpam's: the handle is not looked at.
extern "C" int pam_get_item(const pam_handle_t*, int, const void** item) {
  *item = &conversation;
  return PAM_SUCCESS;
}

extern "C" void __real_free(void* memory);
extern "C" void __wrap_free(void* memory) {
  if (memory != nullptr && memory == watched) {
    ++freed_answers;
    for (std::size_t i = 0; i < sizeof kAnswer; ++i)
      freed_in_clear = freed_in_clear || static_cast<const char*>(memory)[i] != '\0';
    watched = nullptr;
  }
  __real_free(memory);
}

namespace {

void answer_is_wiped_before_it_is_freed(void**) {
  // M1, J4
  conversation.conv = answer;
  {
    pam::Response response;
    assert_true(response.ask(handle, wire::Prompt{wire::Style::echo_off, {"Password: "}}));
    test::assert_text(response.text(), kAnswer);
    assert_int_equal(freed_answers, 0);
  }
  assert_int_equal(freed_answers, 1);
  assert_false(freed_in_clear);
}

void answer_to_an_info_message_is_wiped_too(void**) {
  // M1, J4
  freed_answers = 0;
  pam::show(handle, wire::Style::info, "text");
  assert_int_equal(freed_answers, 1);
  assert_false(freed_in_clear);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(answer_is_wiped_before_it_is_freed),
      cmocka_unit_test(answer_to_an_info_message_is_wiped_too),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
