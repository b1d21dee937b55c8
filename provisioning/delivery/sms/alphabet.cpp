#include "delivery/sms/alphabet.hpp"

#include <cstddef>

namespace portal {
namespace {

constexpr std::string_view kAscii =
    "@$\n\r_ !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "\f^{}\\[~]|";
constexpr std::string_view kBeyond = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";

}  // namespace

bool fits_gsm7(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(at, length);
    const std::string_view& alphabet = length == 1 ? kAscii : kBeyond;
    if (character.size() != length || alphabet.find(character) == std::string_view::npos) {
      return false;
    }
    at += length;
  }
  return true;
}

}  // namespace portal
