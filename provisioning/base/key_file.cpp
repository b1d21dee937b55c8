#include "base/key_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/encoding.hpp"
#include "base/file.hpp"

namespace portal {
namespace {

constexpr std::string_view kPrefix = "portal-key-1:";

static_assert(kMasterKeySize == crypto_kdf_KEYBYTES);

std::optional<Secret> parse_key(std::string_view line) {
  if (!line.starts_with(kPrefix)) return std::nullopt;
  const std::string_view encoded = line.substr(kPrefix.size());
  Secret key = Secret::of_size(kMasterKeySize);
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(key.writable().data()), key.size(),
                        encoded.data(), encoded.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      length != key.size() || end != encoded.data() + encoded.size()) {
    return std::nullopt;
  }
  return key;
}

/// The file's text; the keys' own are wiped by the caller.
std::string text_of(const std::vector<Secret>& keys) {
  constexpr std::size_t kLineRoom = 64;
  std::string text;
  text.reserve(keys.size() * kLineRoom);  // never moved while it grows, so that one wipe is enough
  for (const Secret& key : keys) {
    std::string encoded = to_base64url(key.reveal_bytes());
    text.append(kPrefix).append(encoded).append("\n");
    wipe(encoded);
  }
  return text;
}

/// Keeps others who change files in this folder the same way out, until it is closed.
Result<FileDescriptor> lock_folder(const std::filesystem::path& folder) {
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::flock(fd.get(), LOCK_EX) != 0)
    return fail(Errc::unavailable, folder.string() + ": " + std::strerror(errno));
  return fd;
}

}  // namespace

Result<std::vector<Secret>> read_key_file(const std::filesystem::path& file) {
  const Result<Secret> content = read_secret_file(file);
  if (!content) return fail(content.error());
  std::string_view rest = content->reveal();
  if (!rest.starts_with(kPrefix))
    return fail(Errc::malformed, file.string() + " is not a portal key file");
  std::vector<Secret> keys;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::optional<Secret> key = parse_key(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool known =
        key && std::ranges::any_of(keys, [&](const Secret& other) { return other.equals(*key); });
    if (!key || known) return fail(Errc::malformed, file.string() + " is damaged");
    if (keys.size() == kMostMasterKeys)
      return fail(Errc::malformed, file.string() + " holds too many keys");
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<void> generate_key_file(const std::filesystem::path& file) {
  std::vector<Secret> keys;
  keys.push_back(Secret::random(kMasterKeySize));
  std::string text = text_of(keys);
  Result<void> written = create_private_file(file, text);
  wipe(text);
  return written;
}

Result<void> add_key_to_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::canonical(file, error);
  if (error) {
    const Errc code =
        error == std::errc::no_such_file_or_directory ? Errc::not_found : Errc::unavailable;
    return fail(code, file.string() + ": " + error.message());
  }
  const Result<FileDescriptor> alone = lock_folder(place.parent_path());
  if (!alone) return fail(alone.error());
  Result<std::vector<Secret>> keys = read_key_file(place);
  if (!keys) return fail(std::move(keys).error());
  if (keys->size() == kMostMasterKeys)
    return fail(Errc::conflict, file.string() + " holds as many keys as it can");
  keys->insert(keys->begin(), Secret::random(kMasterKeySize));
  std::string text = text_of(*keys);
  Result<void> written = replace_private_file(place, text);
  wipe(text);
  return written;
}

}  // namespace portal
