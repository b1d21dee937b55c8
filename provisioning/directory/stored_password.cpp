#include "directory/stored_password.hpp"

#include <charconv>

namespace portal::directory {
namespace {

/// Takes the text up to the next `end` from the front of `rest`, and `end` with it.
std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

int number_after(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return 0;
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data() + name.size(), end, value);
  return problem == std::errc() && stopped == end ? value : 0;
}

}  // namespace

PasswordStorage parse_stored_password(std::string_view stored) {
  const std::size_t end = stored.find('}');
  constexpr std::size_t longest_scheme = 32;
  if (!stored.starts_with('{') || end == std::string_view::npos || end > longest_scheme)
    return {.scheme = "clear text"};
  const std::string scheme(stored.substr(0, end + 1));
  std::string_view rest = stored.substr(end + 1);
  // "$argon2id$v=19$m=19456,t=2,p=1$salt$hash"
  if (!rest.starts_with("$argon2")) return {.scheme = scheme};
  rest.remove_prefix(1);
  PasswordStorage storage{.scheme = std::string(take_until(rest, '$'))};
  if (rest.starts_with("v=")) (void)take_until(rest, '$');
  for (std::string_view costs = take_until(rest, '$'); !costs.empty();) {
    const std::string_view cost = take_until(costs, ',');
    if (cost.starts_with("m=")) storage.memory_kib = number_after(cost, "m=");
    if (cost.starts_with("t=")) storage.passes = number_after(cost, "t=");
  }
  return storage;
}

}  // namespace portal::directory
