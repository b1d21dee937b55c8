#include "ctl/table.hpp"

#include <clocale>
#include <cwchar>

#include <algorithm>
#include <memory>

#include "base/freed.hpp"
#include "base/log.hpp"

namespace portal::ctl {
namespace {

constexpr std::size_t kGap = 2;

using Locale = std::unique_ptr<std::remove_pointer_t<locale_t>, Freed<freelocale>>;

/// UTF-8 for this thread, whatever the environment says, for as long as it lives.
class Utf8Scope {
 public:
  Utf8Scope() : own_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_) before_ = uselocale(own_.get());
  }
  ~Utf8Scope() {
    if (own_) uselocale(before_);
  }
  Utf8Scope(const Utf8Scope&) = delete;
  Utf8Scope& operator=(const Utf8Scope&) = delete;

 private:
  Locale own_;
  locale_t before_ = nullptr;
};

std::size_t width_in_utf8(std::string_view text) {
  std::mbstate_t state{};
  std::size_t width = 0;
  while (!text.empty()) {
    wchar_t character = 0;
    const std::size_t length = std::mbrtowc(&character, text.data(), text.size(), &state);
    if (length == 0 || length > text.size()) {
      state = {};
      width += 1;
      text.remove_prefix(1);
      continue;
    }
    width += static_cast<std::size_t>(std::max(0, ::wcwidth(character)));
    text.remove_prefix(length);
  }
  return width;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  const Utf8Scope utf8;
  return width_in_utf8(text);
}

std::string aligned(const Rows& rows) {
  const Utf8Scope utf8;
  Rows clean;
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    auto& cells = clean.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(escaped_for_log(row[i]));
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], width_in_utf8(cells.back()));
    }
  }
  std::string text;
  for (const auto& cells : clean) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i];
      const bool is_last = i + 1 == cells.size();
      if (!is_last) text.append(widths[i] + kGap - width_in_utf8(cells[i]), ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace portal::ctl
