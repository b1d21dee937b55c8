#include "ipc/authority.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace portal::ipc {

namespace {

/// The login name of a uid; nothing if it has none or NSS cannot say.
std::optional<std::string> name_of_uid(uid_t uid) {
  constexpr std::size_t kFirst = 1024;
  constexpr std::size_t kMost = 64 * kFirst;
  for (std::size_t size = kFirst; size <= kMost; size *= 4) {
    std::vector<char> room(size);
    passwd entry{};
    passwd* found = nullptr;
    const int outcome = ::getpwuid_r(uid, &entry, room.data(), room.size(), &found);
    if (outcome == ERANGE) continue;
    if (outcome != 0 || found == nullptr || found->pw_name == nullptr) return std::nullopt;
    return std::string(found->pw_name);
  }
  return std::nullopt;
}

std::optional<std::string> canonical_ip(const std::string& text) {
  std::array<char, INET6_ADDRSTRLEN> shown{};
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1)
    return ::inet_ntop(AF_INET, &four, shown.data(), shown.size());
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &six) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    std::memcpy(&four, &six.s6_addr[12], sizeof four);
    return ::inet_ntop(AF_INET, &four, shown.data(), shown.size());
  }
  return ::inet_ntop(AF_INET6, &six, shown.data(), shown.size());
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool in_host_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return fail(Errc::unavailable, std::string("SO_PEERCRED: ") + std::strerror(errno));
  return Peer{credentials.uid, credentials.pid};
}

Authority::Grant Authority::grant(const Peer& peer, std::string_view service,
                                  std::string_view user) const {
  if (peer.uid == 0) return Grant::anyone;
  const bool listed = std::ranges::any_of(allowed_, [&](const AllowedCaller& caller) {
    return caller.uid == peer.uid && caller.services.contains(std::string(service));
  });
  if (listed) return Grant::anyone;
  const std::optional<std::string> own = name_of_uid(peer.uid);
  return own && *own == user ? Grant::only_oneself : Grant::nobody;
}

std::string canonical_address(std::string_view remote_host) {
  if (remote_host.empty()) return "local";
  std::string text(remote_host);
  if (const std::optional<std::string> address = canonical_ip(text)) return *address;
  std::ranges::transform(text, text.begin(), lower);
  return std::ranges::all_of(text, in_host_name) ? text : "unknown";
}

}  // namespace portal::ipc
