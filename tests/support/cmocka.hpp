#pragma once

// cmocka wants these before it, and is C.
#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" {
#include <cmocka.h>
}

// cmocka's shortest macro would swallow portal::fail; fail_msg does without it.
#undef fail
#undef fail_msg
#define fail_msg(...)                                                \
  do {                                                               \
    print_error("ERROR: ");                                          \
    print_error(__VA_ARGS__);                                        \
    print_error("\n");                                               \
    _fail(__FILE__, __LINE__);                                       \
    std::abort(); /* never reached; the compiler cannot know that */ \
  } while (false)

namespace portal::test {

/// As assert_string_equal, for any text.
inline void assert_text(std::string_view actual, std::string_view expected) {
  assert_string_equal(std::string(actual).c_str(), std::string(expected).c_str());
}

}  // namespace portal::test

/// Fails with the error's detail if a Result holds one.
#define assert_ok(result)                                                         \
  do {                                                                            \
    const auto& judged = (result);                                                \
    if (!judged) fail_msg("unexpected error: %s", judged.error().detail.c_str()); \
  } while (false)

/// Fails unless a Result holds an error of this code.
#define assert_error(result, expected)                                     \
  do {                                                                     \
    const auto& judged = (result);                                         \
    if (judged) fail_msg("%s", "expected an error, got a value");          \
    assert_string_equal(std::string(name_of(judged.error().code)).c_str(), \
                        std::string(name_of(expected)).c_str());           \
  } while (false)
