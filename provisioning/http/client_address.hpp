#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

struct sockaddr;

namespace portal::http {

/// An IPv4 or IPv6 address; IPv4 is kept as IPv4-mapped IPv6, so that the same client is one.
class IpAddress {
 public:
  static std::optional<IpAddress> parse(std::string_view text);
  static std::optional<IpAddress> of(const sockaddr& peer);

  std::string text() const;
  bool is_loopback() const;
  bool is_ipv4() const;
  /// Whether the first `bits` of both are the same; 0…128, counted in the mapped form.
  bool shares_prefix(const IpAddress& other, unsigned bits) const;
  /// What a limit per client is counted on: the address, for IPv6 its /64 (one household).
  std::string household() const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// The proxies whose X-Forwarded-For is believed: addresses or networks ("127.0.0.1",
/// "10.0.0.0/8", "2001:db8::/32").
class ProxyList {
 public:
  /// Fails: malformed.
  static Result<ProxyList> parse(const std::vector<std::string>& entries);
  bool contains(const IpAddress& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    unsigned bits;
  };
  std::vector<Network> networks_;
};

/// The client's address (requirement W5): `peer`, or, if the peer is a listed proxy, the rightmost
/// address of X-Forwarded-For that is not one. Reading stops at an entry that is no address: what
/// stands left of it was not written by somebody we trust, so the last trusted hop is the answer.
IpAddress client_address(const IpAddress& peer, const Request& request, const ProxyList& proxies);

/// The client's address behind a proxy that has none itself, because it speaks through a Unix
/// socket: the rightmost address of X-Forwarded-For that is not a listed proxy. Nothing if the last
/// entry, which that proxy wrote, is no address.
std::optional<IpAddress> forwarded_address(const Request& request, const ProxyList& proxies);

}  // namespace portal::http
