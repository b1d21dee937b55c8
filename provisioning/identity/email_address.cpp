#include "identity/email_address.hpp"

#include <algorithm>
#include <cstddef>

#include "identity/typed.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

// RFC 5321 section 4.5.3.1, with the path limit of RFC 3696 erratum 1690.
constexpr std::size_t kLongest = 254;
constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;

/// RFC 5322 atext. No UTF-8 (RFC 6531): a directory's `mail` is IA5String (RFC 4524 section 2.16).
bool is_atom_character(char c) {
  return is_digit(c) || is_letter(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_label_character(char c) { return is_digit(c) || is_letter(c) || c == '-'; }

/// Whether each piece of `text` between dots fits; an empty piece fits nothing.
template <class Fits>
bool each_between_dots(std::string_view text, Fits fits) {
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view piece = text.substr(0, dot);
    if (piece.empty() || !fits(piece)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_local_part(std::string_view text) {
  return text.size() <= kLongestLocalPart && each_between_dots(text, [](std::string_view atom) {
           return std::ranges::all_of(atom, is_atom_character);
         });
}

bool is_domain(std::string_view text) {
  const std::size_t last_dot = text.rfind('.');
  if (last_dot == std::string_view::npos) return false;
  // "192.0.2.1" is an address, not a domain.
  if (std::ranges::all_of(text.substr(last_dot + 1), is_digit)) return false;
  return each_between_dots(text, [](std::string_view label) {
    return label.size() <= kLongestLabel && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, is_label_character);
  });
}

Error malformed(std::string detail) {
  return Error{Errc::malformed, "e-mail address: " + std::move(detail)};
}

}  // namespace

Result<EmailAddress> EmailAddress::parse(std::string_view typed) {
  const std::string_view outer = trimmed(typed);
  if (outer.empty() || outer.size() > kLongest) return fail(malformed("empty or too long"));
  const Result<CharacterCounts> counts = count_characters(outer);
  if (!counts) return fail(counts.error());
  if (counts->control > 0 || counts->invisible > 0) {
    return fail(malformed("a space, control or invisible character"));
  }
  const Result<std::string> nfc = to_nfc(outer);
  if (!nfc) return fail(nfc.error());
  const std::size_t at = nfc->rfind('@');
  if (at == std::string::npos) return fail(malformed("no @"));
  const std::string local = nfc->substr(0, at);
  const Result<std::string> domain = to_lower_case(std::string_view(*nfc).substr(at + 1));
  if (!domain) return fail(domain.error());
  if (!is_local_part(local)) return fail(malformed("what stands before the @"));
  if (!is_domain(*domain)) return fail(malformed("what stands after the @"));
  std::string text = local + "@" + *domain;
  if (text.size() > kLongest) return fail(malformed("too long"));
  // From what was typed, as UserName does, so that the two keys are the same.
  Result<std::string> key = to_folded(outer);
  if (!key) return fail(std::move(key).error());
  return EmailAddress(std::move(text), std::move(*key));
}

std::string EmailAddress::masked() const {
  const std::size_t at = text_.rfind('@');
  std::string masked(1, text_.front());
  masked += "…";
  // Of one or two characters, the second is kept back: nothing would be hidden.
  if (at > 2) masked += text_[at - 1];
  masked += std::string_view(text_).substr(at);
  return masked;
}

}  // namespace portal
