#include "ctl/ahv_list.hpp"

#include <iostream>
#include <map>
#include <string_view>
#include <utility>

namespace portal::ctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\"";  // a spreadsheet likes to quote

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::string given_number(std::string given) {
  constexpr std::size_t longest = 64;
  if (given == "-") std::getline(std::cin, given);
  if (given.size() > longest) given.resize(longest);
  return given;
}

AhvList AhvList::read(std::istream& in) {
  AhvList list;
  std::map<AhvNumber, std::int64_t> known;
  std::string typed;
  for (std::int64_t line = 1; std::getline(in, typed); ++line) {
    std::string_view text = typed;
    if (line == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = trimmed(text);
    if (text.empty() || (line == 1 && text == "ahv_number")) continue;
    Result<AhvNumber> ahv = AhvNumber::parse(text);
    if (!ahv) {
      list.faults.push_back(
          {line, "must be 13 digits that start with 756 and end with their check digit"});
      continue;
    }
    const auto [first, is_new] = known.emplace(*ahv, line);
    if (is_new) {
      list.numbers.push_back({line, std::move(*ahv)});
    } else {
      list.faults.push_back({line, "is the number of line " + std::to_string(first->second)});
    }
  }
  if (in.bad()) list.faults.push_back({0, "the list could not be read to its end"});
  return list;
}

}  // namespace portal::ctl
