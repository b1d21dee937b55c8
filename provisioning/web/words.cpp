#include "web/words.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace portal::web {

std::string_view own_name(Language language) noexcept {
  switch (language) {
    case Language::fr: return "Français";
    case Language::de: return "Deutsch";
    case Language::it: return "Italiano";
    case Language::en: return "English";
  }
  return "";
}

std::string moment(UtcTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  std::array<char, 64> text{};
  if (localtime_r(&seconds, &parts) == nullptr) return {};
  const std::size_t length = std::strftime(text.data(), text.size(), "%d.%m.%Y, %H:%M %Z", &parts);
  return {text.data(), length};
}

}  // namespace portal::web
