#include "web/returning.hpp"

namespace portal::web {
namespace {

bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (stands_for_itself(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return encoded;
}

}  // namespace

std::string wanted_address(const Visit& visit) {
  for (const Form* form : {&visit.form, &visit.query}) {
    const std::string_view to = form->text("to");
    if (!to.empty() && visit.portal.may_return_to(to)) return std::string(to);
  }
  return {};
}

std::string leading_to(std::string_view page, std::string_view to) {
  std::string address(page);
  if (to.empty()) return address;
  address.append(page.find('?') == std::string_view::npos ? "?to=" : "&to=");
  return address += percent_encoded(to);
}

std::string end_of_login(const Visit& visit) {
  std::string wanted = wanted_address(visit);
  return wanted.empty() ? visit.portal.application : wanted;
}

Value kept_address(const Visit& visit) { return optional_text(wanted_address(visit)); }

}  // namespace portal::web
