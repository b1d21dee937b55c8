#include "store/sealed_texts.hpp"

#include <charconv>
#include <optional>

namespace portal {
namespace {

/// The first text of a packed list, which loses it.
std::optional<std::string_view> unpack(std::string_view& packed) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(packed.data(), packed.data() + packed.size(), length);
  const auto digits = static_cast<std::size_t>(end - packed.data());
  if (error != std::errc() || digits == packed.size() || packed[digits] != ':' ||
      length > packed.size() - digits - 1) {
    return std::nullopt;
  }
  const std::string_view text = packed.substr(digits + 1, length);
  packed.remove_prefix(digits + 1 + length);
  return text;
}

}  // namespace

std::string place_of(std::string_view table, std::string_view row, std::string_view column) {
  std::string place;
  place.reserve(table.size() + row.size() + column.size() + 2);
  place.append(table).append("/").append(row).append("/").append(column);
  return place;
}

void pack(std::string& packed, std::string_view text) {
  packed.append(std::to_string(text.size())).append(":").append(text);
}

tl::unexpected<Error> damaged(std::string_view place) {
  return fail(Errc::internal, "store: " + std::string(place) + " is damaged");
}

std::string SealedTexts::seal(const Keyring& keyring, std::string_view place,
                              std::span<const std::string_view> texts) {
  constexpr std::size_t kLengthRoom = 12;
  std::size_t size = 0;
  for (const std::string_view text : texts) size += text.size() + kLengthRoom;
  std::string packed;
  packed.reserve(size);  // never moved while it grows, so that one wipe is enough
  for (const std::string_view text : texts) pack(packed, text);
  std::string sealed = keyring.seal(packed, place);
  wipe(packed);
  return sealed;
}

Result<SealedTexts> SealedTexts::open(const Keyring& keyring, std::string_view place,
                                      std::string_view sealed, std::size_t at_least) {
  Result<Secret> plain = keyring.open(sealed, place);
  if (!plain) return damaged(place);
  SealedTexts opened;
  opened.plain_ = std::move(*plain);
  std::string_view rest = opened.plain_.reveal();
  while (!rest.empty()) {
    const std::optional<std::string_view> text = unpack(rest);
    if (!text) return damaged(place);
    opened.texts_.push_back(*text);
  }
  if (opened.texts_.size() < at_least) return damaged(place);
  return opened;
}

}  // namespace portal
