#pragma once

// cmocka wants these before it, and is C.
#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" {
#include <cmocka.h>
}

namespace portal::test {

/// As assert_string_equal, for any text.
inline void assert_text(std::string_view actual, std::string_view expected) {
  assert_string_equal(std::string(actual).c_str(), std::string(expected).c_str());
}

}  // namespace portal::test

/// Fails with the error's detail if a Result holds one.
#define assert_ok(result)                                                             \
  do {                                                                                \
    if (!(result)) fail_msg("unexpected error: %s", (result).error().detail.c_str()); \
  } while (false)

/// Fails unless a Result holds an error of this code.
#define assert_error(result, expected)                                       \
  do {                                                                       \
    if (result) fail_msg("%s", "expected an error, got a value");            \
    assert_string_equal(std::string(name_of((result).error().code)).c_str(), \
                        std::string(name_of(expected)).c_str());             \
  } while (false)
