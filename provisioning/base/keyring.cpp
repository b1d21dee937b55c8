#include "base/keyring.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "base/key_file.hpp"

namespace portal {
namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kMarkDigits = 8;

static_assert(Keyring::kMostKeys == kMostMasterKeys);

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

std::string fingerprint_of(const Secret& master) {
  const auto hash = keyed_hash(derive(master, 4), {"fingerprint"});
  return to_hex(std::span(hash).first(8));
}

/// The mark that `text` begins with, without its dot; empty for what an earlier program made.
std::string_view mark_of(std::string_view text) {
  return text.find('.') == kMarkDigits ? text.substr(0, kMarkDigits) : std::string_view();
}

bool is_code(const Secret& key, std::string_view salted, std::string_view purpose,
             const Secret& code) {
  const std::size_t dot = salted.find('.');
  if (dot == std::string_view::npos) return false;
  const Result<Bytes> expected = from_base64url(salted.substr(dot + 1));
  const auto computed = keyed_hash(key, {purpose, salted.substr(0, dot), code.reveal()});
  return expected && expected->size() == computed.size() &&
         sodium_memcmp(expected->data(), computed.data(), computed.size()) == 0;
}

Result<Secret> open_with(const Secret& key, std::string_view encoded, std::string_view row) {
  constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t overhead = nonce_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;
  const Result<Bytes> bytes = from_base64url(encoded);
  if (!bytes || bytes->size() < overhead) return fail(Errc::denied, "sealed text is damaged");
  Secret plain = Secret::of_size(bytes->size() - overhead);
  const std::span<const std::byte> all(*bytes);
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          writable(plain.writable()), &length, nullptr, raw(all.subspan(nonce_size)),
          all.size() - nonce_size, raw(row), row.size(), raw(all), raw(key.reveal_bytes())) != 0) {
    return fail(Errc::denied, "sealed text does not open with this key at this place");
  }
  return plain;
}

}  // namespace

struct Keyring::Key {
  explicit Key(const Secret& master)
      : seal(derive(master, 1)),
        index(derive(master, 2)),
        code(derive(master, 3)),
        fingerprint(fingerprint_of(master)),
        mark(fingerprint.substr(0, kMarkDigits)) {}

  Secret seal;
  Secret index;
  Secret code;
  std::string fingerprint;
  std::string mark;  ///< without the dot
};

/// Keys are added and never removed or moved, so that readers need no lock.
class Keyring::Keys {
 public:
  /// Adds `masters`, the newest first, as they stand in a file.
  Result<std::size_t> take_up(const std::vector<Secret>& masters) {
    const std::lock_guard lock(adding_);
    std::vector<std::unique_ptr<Key>> all;
    for (auto master = masters.rbegin(); master != masters.rend(); ++master)
      all.push_back(std::make_unique<Key>(*master));
    const auto is_there = [&](const Key& key) {
      return std::ranges::any_of(all, [&](const auto& one) {
        return one != nullptr && one->fingerprint == key.fingerprint;
      });
    };
    for (std::size_t i = 0; i < count(); ++i) {
      if (!is_there(*keys_[i]))
        return fail(Errc::conflict, "the key " + keys_[i]->fingerprint + " is not in the file");
    }
    std::erase_if(all, [&](const auto& one) { return find(one->fingerprint).has_value(); });
    const bool alike = std::ranges::any_of(all, [&](const auto& one) {
      return with_mark(one->mark) != nullptr ||
             std::ranges::count(all, one->mark, [](const auto& key) { return key->mark; }) > 1;
    });
    if (alike) return fail(Errc::malformed, "two keys have the same mark: make another");
    if (count() + all.size() > kMostKeys) return fail(Errc::conflict, "too many keys");
    for (std::unique_ptr<Key>& key : all) {
      keys_[count()] = std::move(key);
      count_.fetch_add(1, std::memory_order_release);
    }
    return all.size();
  }

  std::size_t count() const noexcept { return count_.load(std::memory_order_acquire); }
  const Key& at(std::size_t number) const noexcept { return *keys_[number]; }
  const Key& active() const noexcept { return at(active_.load(std::memory_order_acquire)); }
  const Key& first() const noexcept { return at(first_.load(std::memory_order_acquire)); }

  std::optional<std::size_t> find(std::string_view fingerprint) const noexcept {
    for (std::size_t i = 0; i < count(); ++i) {
      if (at(i).fingerprint == fingerprint) return i;
    }
    return std::nullopt;
  }
  const Key* with_mark(std::string_view mark) const noexcept {
    for (std::size_t i = 0; i < count(); ++i) {
      if (at(i).mark == mark) return &at(i);
    }
    return nullptr;
  }
  void use(std::size_t first, std::size_t active) noexcept {
    first_.store(first, std::memory_order_release);
    active_.store(active, std::memory_order_release);
  }

 private:
  std::mutex adding_;
  std::array<std::unique_ptr<Key>, kMostKeys> keys_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::size_t> first_ = 0;
  std::atomic<std::size_t> active_ = 0;
};

Keyring::Keyring(std::unique_ptr<Keys> keys) : keys_(std::move(keys)) {}
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

Result<Keyring> Keyring::load(const std::filesystem::path& file) {
  const Result<std::vector<Secret>> masters = read_key_file(file);
  if (!masters) return fail(masters.error());
  auto keys = std::make_unique<Keys>();
  const Result<std::size_t> taken = keys->take_up(*masters);
  if (!taken) return fail(taken.error().code, file.string() + ": " + taken.error().detail);
  keys->use(0, keys->count() - 1);
  return Keyring(std::move(keys));
}

Result<void> Keyring::generate(const std::filesystem::path& file) {
  return generate_key_file(file);
}

Keyring Keyring::ephemeral() {
  std::vector<Secret> masters;
  masters.push_back(Secret::random(kMasterKeySize));
  auto keys = std::make_unique<Keys>();
  (void)keys->take_up(masters);
  return Keyring(std::move(keys));
}

Result<std::size_t> Keyring::take_up(const std::filesystem::path& file) {
  const Result<std::vector<Secret>> masters = read_key_file(file);
  if (!masters) return fail(masters.error());
  Result<std::size_t> taken = keys_->take_up(*masters);
  if (!taken) return fail(taken.error().code, file.string() + ": " + taken.error().detail);
  return taken;
}

Result<void> Keyring::use(std::string_view first, std::string_view active) {
  const auto first_place = keys_->find(first);
  const auto active_place = keys_->find(active);
  if (!first_place || !active_place) {
    return fail(Errc::denied,
                "the key " + std::string(first_place ? active : first) + " is not in the key file");
  }
  keys_->use(*first_place, *active_place);
  return {};
}

std::string Keyring::seal(std::string_view plain, std::string_view row) const {
  constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  const Key& key = keys_->active();
  Bytes sealed(nonce_size + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  randombytes_buf(sealed.data(), nonce_size);
  unsigned long long length = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      writable(std::span(sealed).subspan(nonce_size)), &length, raw(plain), plain.size(), raw(row),
      row.size(), nullptr, raw(sealed), raw(key.seal.reveal_bytes()));
  return key.mark + "." + to_base64url(sealed);
}

Result<Secret> Keyring::open(std::string_view sealed, std::string_view row) const {
  const std::string_view mark = mark_of(sealed);
  if (!mark.empty()) {
    const Key* key = keys_->with_mark(mark);
    if (key == nullptr)
      return fail(Errc::denied, "the key " + std::string(mark) + " is not in the key file");
    return open_with(key->seal, sealed.substr(mark.size() + 1), row);
  }
  Result<Secret> opened = fail(Errc::denied, "no key");
  for (std::size_t i = 0; i < keys_->count() && !opened; ++i)
    opened = open_with(keys_->at(i).seal, sealed, row);
  return opened;
}

std::string Keyring::mark() const { return keys_->active().mark + "."; }

std::string Keyring::index(std::string_view purpose, std::string_view value) const {
  return to_base64url(keyed_hash(keys_->active().index, {purpose, value}));
}

std::vector<std::string> Keyring::indexes(std::string_view purpose, std::string_view value) const {
  const Key& active = keys_->active();
  std::vector<std::string> all = {to_base64url(keyed_hash(active.index, {purpose, value}))};
  for (std::size_t i = 0; i < keys_->count(); ++i) {
    const Key& key = keys_->at(i);
    if (&key != &active) all.push_back(to_base64url(keyed_hash(key.index, {purpose, value})));
  }
  return all;
}

std::string Keyring::lasting_index(std::string_view purpose, std::string_view value) const {
  return to_base64url(keyed_hash(keys_->first().index, {purpose, value}));
}

Result<std::string> Keyring::index_under(std::string_view fingerprint, std::string_view purpose,
                                         std::string_view value) const {
  const auto place = keys_->find(fingerprint);
  if (!place) {
    return fail(Errc::unavailable,
                "the key " + std::string(fingerprint) + " is not in the key file");
  }
  return to_base64url(keyed_hash(keys_->at(*place).index, {purpose, value}));
}

std::string Keyring::hash_code(std::string_view purpose, const Secret& code) const {
  const Key& key = keys_->active();
  std::array<std::byte, kSaltSize> salt{};
  randombytes_buf(salt.data(), salt.size());
  const std::string text = to_base64url(salt);
  const auto hash = keyed_hash(key.code, {purpose, text, code.reveal()});
  return key.mark + "." + text + "." + to_base64url(hash);
}

bool Keyring::verify_code(std::string_view hash, std::string_view purpose,
                          const Secret& code) const {
  const std::string_view mark = mark_of(hash);
  if (!mark.empty()) {
    const Key* key = keys_->with_mark(mark);
    return key != nullptr && is_code(key->code, hash.substr(mark.size() + 1), purpose, code);
  }
  bool right = false;
  for (std::size_t i = 0; i < keys_->count(); ++i)
    right = is_code(keys_->at(i).code, hash, purpose, code) || right;
  return right;
}

std::string Keyring::fingerprint() const { return keys_->active().fingerprint; }

std::vector<std::string> Keyring::fingerprints() const {
  std::vector<std::string> all;
  for (std::size_t i = keys_->count(); i > 0; --i) all.push_back(keys_->at(i - 1).fingerprint);
  return all;
}

}  // namespace portal
