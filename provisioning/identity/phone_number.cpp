#include "identity/phone_number.hpp"

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <cstddef>

#include "identity/typed.hpp"

namespace portal {
namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

constexpr std::size_t kLongestTyped = 64;
// E.164 section 6: at most 15 digits. Nothing shorter than 7 is a subscriber anywhere.
constexpr std::size_t kFewestDigits = 7;
constexpr std::size_t kMostDigits = 15;

const PhoneNumberUtil& library() { return *PhoneNumberUtil::GetInstance(); }

/// The library would also read letters ("0800 FLOWERS"), extensions and parameters.
bool is_written_with_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_digit(c) || std::string_view("+ -./()").find(c) != std::string_view::npos;
  });
}

bool may_be_mobile(PhoneNumberUtil::PhoneNumberType type) {
  switch (type) {
    case PhoneNumberUtil::MOBILE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return true;
    case PhoneNumberUtil::FIXED_LINE:
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::VOIP:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
    case PhoneNumberUtil::UNKNOWN: return false;
  }
  return false;
}

Parsed parsed_e164(const std::string& e164) {
  Parsed number;
  (void)library().Parse(e164, "ZZ", &number);
  return number;
}

}  // namespace

Result<PhoneNumber> PhoneNumber::parse(std::string_view typed, std::string_view home_region) {
  if (typed.size() > kLongestTyped) return fail(Errc::malformed, "phone number: too long");
  const std::string plain = plain_typography(typed);
  if (!is_written_with_digits(plain)) {
    return fail(Errc::malformed, "phone number: a character that is no digit");
  }
  Parsed number;
  if (library().Parse(plain, std::string(home_region), &number) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      !library().IsPossibleNumber(number)) {
    return fail(Errc::malformed, "phone number: not a possible number");
  }
  if (!may_be_mobile(library().GetNumberType(number))) {
    return fail(Errc::denied, "phone number: not a mobile number");
  }
  std::string e164;
  library().Format(number, PhoneNumberUtil::E164, &e164);
  return from_e164(e164);
}

Result<PhoneNumber> PhoneNumber::from_e164(std::string_view text) {
  const std::string_view digits = text.substr(text.empty() ? 0 : 1);
  if (!text.starts_with('+') || digits.size() < kFewestDigits || digits.size() > kMostDigits ||
      digits.front() == '0' || !std::ranges::all_of(digits, is_digit)) {
    return fail(Errc::malformed, "phone number: not E.164");
  }
  return PhoneNumber(std::string(text));
}

std::string PhoneNumber::calling_code() const {
  return "+" + std::to_string(parsed_e164(e164_).country_code());
}

std::string PhoneNumber::masked() const {
  std::string grouped;
  library().Format(parsed_e164(e164_), PhoneNumberUtil::INTERNATIONAL, &grouped);
  const std::size_t shown_front = calling_code().size();
  const std::size_t shown_back = grouped.size() - std::min<std::size_t>(2, grouped.size());
  std::string masked;
  for (std::size_t i = 0; i < grouped.size(); ++i) {
    const bool hidden = i >= shown_front && i < shown_back && is_digit(grouped[i]);
    if (hidden) {
      masked += "•";
    } else {
      masked += grouped[i];
    }
  }
  return masked;
}

}  // namespace portal
