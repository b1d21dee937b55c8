#include "base/keyring.hpp"

#include <sodium.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/encoding.hpp"
#include "base/file.hpp"

namespace portal {
namespace {

constexpr std::string_view kKeyFilePrefix = "portal-key-1:";
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

unsigned char* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
const unsigned char* raw(std::string_view text) { return raw(bytes_of(text)); }

Secret derive(const Secret& master, std::uint64_t number) {
  Secret key = Secret::of_size(crypto_kdf_KEYBYTES);
  crypto_kdf_derive_from_key(writable(key.writable()), key.size(), number, "portal01",
                             raw(master.reveal_bytes()));
  return key;
}

/// BLAKE2b over length-prefixed parts, so that ("ab","c") and ("a","bc") differ.
std::array<std::byte, kHashSize> keyed_hash(const Secret& key,
                                            std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, raw(key.reveal_bytes()), key.size(), kHashSize);
  for (const std::string_view part : parts) {
    std::array<unsigned char, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<unsigned char>(part.size() >> (8 * i));
    }
    crypto_generichash_update(&state, length.data(), length.size());
    crypto_generichash_update(&state, raw(part), part.size());
  }
  std::array<std::byte, kHashSize> hash{};
  crypto_generichash_final(&state, writable(hash), hash.size());
  return hash;
}

}  // namespace

Keyring::Keyring(const Secret& master)
    : seal_key_(derive(master, 1)), index_key_(derive(master, 2)), code_key_(derive(master, 3)) {
  const auto hash = keyed_hash(derive(master, 4), {"fingerprint"});
  fingerprint_ = to_hex(std::span(hash).first(8));
}

Result<Keyring> Keyring::load(const std::filesystem::path& file) {
  Result<Secret> content = read_secret_file(file);
  if (!content) return fail(std::move(content).error());
  const std::string_view text = content->reveal();
  if (!text.starts_with(kKeyFilePrefix)) {
    return fail(Errc::malformed, file.string() + " is not a portal key file");
  }
  Secret master = Secret::of_size(crypto_kdf_KEYBYTES);
  const std::string_view encoded = text.substr(kKeyFilePrefix.size());
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(writable(master.writable()), master.size(), encoded.data(), encoded.size(),
                        nullptr, &length, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      length != master.size() || end != encoded.data() + encoded.size()) {
    return fail(Errc::malformed, file.string() + " is damaged");
  }
  return Keyring(master);
}

Result<void> Keyring::generate(const std::filesystem::path& file) {
  const Secret master = Secret::random(crypto_kdf_KEYBYTES);
  std::string text(kKeyFilePrefix);
  std::string encoded = to_base64url(master.reveal_bytes());
  text += encoded + "\n";
  wipe(encoded);
  Result<void> written = create_private_file(file, text);
  wipe(text);
  return written;
}

Keyring Keyring::ephemeral() { return Keyring(Secret::random(crypto_kdf_KEYBYTES)); }

std::string Keyring::seal(std::string_view plain, std::string_view row) const {
  constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  Bytes sealed(nonce_size + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  randombytes_buf(sealed.data(), nonce_size);
  unsigned long long length = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      writable(std::span(sealed).subspan(nonce_size)), &length, raw(plain), plain.size(), raw(row),
      row.size(), nullptr, raw(sealed), raw(seal_key_.reveal_bytes()));
  return to_base64url(sealed);
}

Result<Secret> Keyring::open(std::string_view sealed, std::string_view row) const {
  constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t overhead = nonce_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;
  const Result<Bytes> bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < overhead) return fail(Errc::denied, "sealed text is damaged");
  Secret plain = Secret::of_size(bytes->size() - overhead);
  const std::span<const std::byte> all(*bytes);
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(writable(plain.writable()), &length, nullptr,
                                                 raw(all.subspan(nonce_size)),
                                                 all.size() - nonce_size, raw(row), row.size(),
                                                 raw(all), raw(seal_key_.reveal_bytes())) != 0) {
    return fail(Errc::denied, "sealed text does not open with this key at this place");
  }
  return plain;
}

std::string Keyring::index(std::string_view purpose, std::string_view value) const {
  return to_base64url(keyed_hash(index_key_, {purpose, value}));
}

std::string Keyring::hash_code(std::string_view purpose, const Secret& code) const {
  std::array<std::byte, kSaltSize> salt{};
  randombytes_buf(salt.data(), salt.size());
  std::string text = to_base64url(salt);
  const auto hash = keyed_hash(code_key_, {purpose, text, code.reveal()});
  return text + "." + to_base64url(hash);
}

bool Keyring::verify_code(std::string_view hash, std::string_view purpose,
                          const Secret& code) const {
  const std::size_t dot = hash.find('.');
  if (dot == std::string_view::npos) return false;
  const Result<Bytes> expected = from_base64url(hash.substr(dot + 1));
  const auto computed = keyed_hash(code_key_, {purpose, hash.substr(0, dot), code.reveal()});
  return expected && expected->size() == computed.size() &&
         sodium_memcmp(expected->data(), computed.data(), computed.size()) == 0;
}

std::string Keyring::fingerprint() const { return fingerprint_; }

}  // namespace portal
