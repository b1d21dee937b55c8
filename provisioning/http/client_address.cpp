#include "http/client_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "http/text.hpp"

namespace portal::http {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 96;

/// All X-Forwarded-For headers as the one list that they are (RFC 9110 section 5.3).
std::string forwarded_hops(const Request& request) {
  std::string all;
  for (const auto& [name, value] : request.headers)
    if (name == "x-forwarded-for") all.append(all.empty() ? "" : ",").append(value);
  return all;
}

/// The rightmost entry, which is taken off; nothing if it is no address.
std::optional<IpAddress> take_last_hop(std::string_view& hops) {
  const std::size_t comma = hops.rfind(',');
  const bool is_only_one = comma == std::string_view::npos;
  const std::string_view entry = is_only_one ? hops : hops.substr(comma + 1);
  hops = is_only_one ? std::string_view{} : hops.substr(0, comma);
  return IpAddress::parse(trimmed(entry));
}

/// From `client` on to the left, as long as they are listed proxies.
IpAddress first_unlisted(IpAddress client, std::string_view hops, const ProxyList& proxies) {
  while (!hops.empty() && proxies.contains(client)) {
    const std::optional<IpAddress> hop = take_last_hop(hops);
    if (!hop) break;
    client = *hop;
  }
  return client;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  // inet_pton stops at a NUL and would take what stands before it.
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + mapped_prefix.size()) == 1)
    return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr& peer) {
  IpAddress address;
  if (peer.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &peer, sizeof v6);
    std::memcpy(address.bytes_.data(), &v6.sin6_addr, address.bytes_.size());
    return address;
  }
  if (peer.sa_family != AF_INET) return std::nullopt;
  sockaddr_in v4{};
  std::memcpy(&v4, &peer, sizeof v4);
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
  std::memcpy(address.bytes_.data() + mapped_prefix.size(), &v4.sin_addr, 4);
  return address;
}

bool IpAddress::is_ipv4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_ipv4())
    ::inet_ntop(AF_INET, bytes_.data() + mapped_prefix.size(), text, sizeof text);
  else
    ::inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

bool IpAddress::is_loopback() const {
  if (is_ipv4()) return bytes_[mapped_prefix.size()] == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
         bytes_.back() == 1;
}

bool IpAddress::shares_prefix(const IpAddress& other, unsigned bits) const {
  for (unsigned i = 0; i < bits; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> i % 8);
    if ((bytes_[i / 8] & mask) != (other.bytes_[i / 8] & mask)) return false;
  }
  return true;
}

std::string IpAddress::household() const {
  const std::size_t kept = is_ipv4() ? bytes_.size() : bytes_.size() / 2;
  return std::string(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(kept));
}

Result<ProxyList> ProxyList::parse(const std::vector<std::string>& entries) {
  ProxyList list;
  for (const std::string& entry : entries) {
    const std::size_t slash = entry.find('/');
    const auto address = IpAddress::parse(std::string_view(entry).substr(0, slash));
    if (!address) return fail(Errc::malformed, "not the address of a proxy: " + entry);
    const unsigned shift = address->is_ipv4() ? mapped_bits : 0;
    unsigned bits = 128 - shift;
    if (slash != std::string::npos) {
      const char* const end = entry.data() + entry.size();
      const auto read = std::from_chars(entry.data() + slash + 1, end, bits);
      if (read.ec != std::errc() || read.ptr != end || bits > 128 - shift)
        return fail(Errc::malformed, "not a network of proxies: " + entry);
    }
    list.networks_.push_back({*address, bits + shift});
  }
  return list;
}

bool ProxyList::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return network.address.shares_prefix(address, network.bits);
  });
}

IpAddress client_address(const IpAddress& peer, const Request& request, const ProxyList& proxies) {
  const std::string hops = forwarded_hops(request);
  return first_unlisted(peer, hops, proxies);
}

std::optional<IpAddress> forwarded_address(const Request& request, const ProxyList& proxies) {
  const std::string hops = forwarded_hops(request);
  std::string_view rest = hops;
  const std::optional<IpAddress> last = take_last_hop(rest);
  if (!last) return std::nullopt;
  return first_unlisted(*last, rest, proxies);
}

}  // namespace portal::http
