#include "identity/unicode.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <cstdint>
#include <utility>

namespace portal {
namespace {

/// UTF-16 text that is wiped at its end: it may hold a password.
class Utf16 {
 public:
  explicit Utf16(std::size_t capacity)
      : memory_(Secret::of_size(capacity * sizeof(UChar))), capacity_(capacity) {}

  UChar* data() noexcept { return reinterpret_cast<UChar*>(memory_.writable().data()); }
  const UChar* data() const noexcept {
    return reinterpret_cast<const UChar*>(memory_.reveal_bytes().data());
  }
  std::int32_t capacity() const noexcept { return static_cast<std::int32_t>(capacity_); }
  std::int32_t size() const noexcept { return size_; }
  void set_size(std::int32_t size) noexcept { size_ = size; }

 private:
  Secret memory_;
  std::size_t capacity_;
  std::int32_t size_ = 0;
};

// The Unicode FAQ on normalisation gives the worst growth in UTF-16 units: 4 for NFD, 3 for NFC and
// for folding. One buffer of this size holds each single step.
constexpr std::size_t kGrowth = 4;

Error malformed() { return Error{Errc::malformed, "not UTF-8, or too long"}; }

Result<Utf16> decode(std::string_view utf8) {
  if (utf8.size() > kLongestText) return fail(malformed());
  Utf16 text(utf8.size() + 1);
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t length = 0;
  u_strFromUTF8(text.data(), text.capacity(), &length, utf8.data(),
                static_cast<std::int32_t>(utf8.size()), &status);
  if (U_FAILURE(status)) return fail(malformed());
  text.set_size(length);
  return text;
}

/// Applies one ICU function (target, capacity, status) → length.
template <class Step>
Result<Utf16> transform(const Utf16& source, Step step) {
  Utf16 target(static_cast<std::size_t>(source.size()) * kGrowth + 1);
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t length = step(target.data(), target.capacity(), &status);
  if (U_FAILURE(status)) return fail(Errc::internal, u_errorName(status));
  target.set_size(length);
  return target;
}

Result<Utf16> normalise(const Utf16& source, const UNormalizer2* (*instance)(UErrorCode*)) {
  return transform(source, [&](UChar* target, std::int32_t capacity, UErrorCode* status) {
    return unorm2_normalize(instance(status), source.data(), source.size(), target, capacity,
                            status);
  });
}

Result<Utf16> composed(const Utf16& source) { return normalise(source, &unorm2_getNFCInstance); }

Result<Utf16> folded(const Utf16& source) {
  // Unicode definition D145: decomposed first, or a folded letter may hide behind a mark.
  const Result<Utf16> decomposed = normalise(source, &unorm2_getNFDInstance);
  if (!decomposed) return fail(decomposed.error());
  const Result<Utf16> without_case =
      transform(*decomposed, [&](UChar* target, std::int32_t capacity, UErrorCode* status) {
        return u_strFoldCase(target, capacity, decomposed->data(), decomposed->size(),
                             U_FOLD_CASE_DEFAULT, status);
      });
  if (!without_case) return fail(without_case.error());
  return composed(*without_case);
}

Result<Utf16> lowered(const Utf16& source) {
  const Result<Utf16> lower =
      transform(source, [&](UChar* target, std::int32_t capacity, UErrorCode* status) {
        return u_strToLower(target, capacity, source.data(), source.size(), "", status);
      });
  if (!lower) return fail(lower.error());
  return composed(*lower);
}

Result<Secret> encode(const Utf16& text) {
  Secret buffer = Secret::of_size(static_cast<std::size_t>(text.size()) * 3 + 1);
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t length = 0;
  u_strToUTF8(reinterpret_cast<char*>(buffer.writable().data()),
              static_cast<std::int32_t>(buffer.size()), &length, text.data(), text.size(), &status);
  if (U_FAILURE(status)) return fail(Errc::internal, u_errorName(status));
  return Secret(buffer.reveal().substr(0, static_cast<std::size_t>(length)));
}

Result<Secret> mapped(std::string_view utf8, Result<Utf16> (*mapping)(const Utf16&)) {
  const Result<Utf16> text = decode(utf8);
  if (!text) return fail(text.error());
  const Result<Utf16> result = mapping(*text);
  if (!result) return fail(result.error());
  return encode(*result);
}

Result<std::string> as_text(const Result<Secret>& secret) {
  if (!secret) return fail(secret.error());
  return std::string(secret->reveal());
}

void count(UChar32 character, CharacterCounts& counts) {
  ++counts.total;
  const auto is = [mask = U_MASK(u_charType(character))](std::uint32_t kinds) {
    return (mask & kinds) != 0;
  };
  if (is(U_GC_CC_MASK)) {
    ++counts.control;
  } else if (is(U_GC_Z_MASK | U_GC_CF_MASK | U_GC_CN_MASK | U_GC_CO_MASK | U_GC_CS_MASK)) {
    ++counts.invisible;
  } else if (is(U_GC_ND_MASK)) {
    ++counts.digit;
  } else if (is(U_GC_LL_MASK)) {
    ++counts.lower_case;
  } else if (is(U_GC_LU_MASK | U_GC_LT_MASK)) {
    ++counts.upper_case;
  } else if (is(U_GC_L_MASK | U_GC_M_MASK)) {
    ++counts.other_letter;
  } else {
    ++counts.symbol;
  }
}

}  // namespace

Result<std::string> to_nfc(std::string_view utf8) { return as_text(mapped(utf8, &composed)); }
Result<std::string> to_folded(std::string_view utf8) { return as_text(mapped(utf8, &folded)); }
Result<std::string> to_lower_case(std::string_view utf8) { return as_text(mapped(utf8, &lowered)); }
Result<Secret> to_nfc(const Secret& utf8) { return mapped(utf8.reveal(), &composed); }
Result<Secret> to_folded(const Secret& utf8) { return mapped(utf8.reveal(), &folded); }

Result<CharacterCounts> count_characters(std::string_view utf8) {
  const Result<Utf16> text = decode(utf8);
  if (!text) return fail(text.error());
  CharacterCounts counts;
  for (std::int32_t i = 0; i < text->size();) {
    const UChar unit = text->data()[i++];
    // Decoding left no lone surrogate.
    const UChar32 character =
        U16_IS_LEAD(unit) ? U16_GET_SUPPLEMENTARY(unit, text->data()[i++]) : UChar32{unit};
    count(character, counts);
  }
  return counts;
}

Result<std::size_t> count_code_points(std::string_view utf8) {
  const Result<CharacterCounts> counts = count_characters(utf8);
  if (!counts) return fail(counts.error());
  return counts->total;
}

}  // namespace portal
