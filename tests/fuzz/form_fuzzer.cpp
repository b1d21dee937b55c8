// The parser of what browsers post. Whatever the bytes: what it takes is within the limits, has no
// NUL and no name twice, and encoded again by the book is read as the same fields.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "http/message.hpp"

using namespace portal;
using http::FormField;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return encoded;
}

std::string form_of(const std::vector<FormField>& fields) {
  std::string form;
  for (const FormField& field : fields) {
    if (!form.empty()) form += '&';
    form += percent_encoded(field.name) + '=' + percent_encoded(field.value.reveal());
  }
  return form;
}

void is_within_its_rules(const std::vector<FormField>& fields) {
  require(fields.size() <= 64);
  std::set<std::string> names;
  for (const FormField& field : fields) {
    require(!field.name.empty() && field.name.size() <= 64);
    require(field.value.size() <= 4'096);
    require(field.name.find('\0') == std::string::npos);
    require(field.value.reveal().find('\0') == std::string_view::npos);
    require(names.insert(field.name).second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of the exact size, so that a sanitizer sees each byte read beyond it.
  const Secret copy(std::span(reinterpret_cast<const std::byte*>(data), size));
  const Result<std::vector<FormField>> fields = http::parse_form(copy.reveal());
  if (!fields) return 0;
  is_within_its_rules(*fields);
  const Result<std::vector<FormField>> again = http::parse_form(form_of(*fields));
  require(again.has_value() && again->size() == fields->size());
  for (std::size_t i = 0; i < fields->size(); ++i) {
    require((*again)[i].name == (*fields)[i].name);
    require((*again)[i].value.equals((*fields)[i].value));
  }
  return 0;
}
