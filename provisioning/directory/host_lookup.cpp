#include "directory/host_lookup.hpp"

#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/freed.hpp"

namespace portal::directory {
namespace {

struct Found {
  int error = 0;
  std::vector<SocketAddress> addresses;
};

Found look_up(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* raw = nullptr;
  Found found;
  found.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw);
  const std::unique_ptr<addrinfo, Freed<::freeaddrinfo>> list(raw);
  if (found.error != 0) return found;
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    if (each->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress& address = found.addresses.emplace_back();
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.length = each->ai_addrlen;
  }
  return found;
}

}  // namespace

struct HostLookup::Shared {
  std::string host;
  std::string port;
  std::mutex mutex;
  std::condition_variable changed;
  bool under_way = false;
  unsigned finished = 0;  ///< how many look-ups have ended
  Found last;
};

HostLookup::HostLookup(std::string host, std::string port) : shared_(std::make_shared<Shared>()) {
  shared_->host = std::move(host);
  shared_->port = std::move(port);
}

Result<std::vector<SocketAddress>> HostLookup::addresses(const Deadline& deadline) {
  if (Found literal = look_up(shared_->host, shared_->port, AI_NUMERICHOST); literal.error == 0)
    return std::move(literal.addresses);

  std::unique_lock lock(shared_->mutex);
  const unsigned awaited = shared_->finished + 1;
  if (!shared_->under_way) {
    try {
      std::thread([shared = shared_] {
        Found found = look_up(shared->host, shared->port, AI_ADDRCONFIG);
        const std::lock_guard guard(shared->mutex);
        shared->last = std::move(found);
        shared->under_way = false;
        ++shared->finished;
        shared->changed.notify_all();
      }).detach();
    } catch (const std::system_error&) {
      return fail(Errc::unavailable, "directory: no thread for a name look-up");
    }
    shared_->under_way = true;
  }
  const bool in_time = shared_->changed.wait_until(lock, deadline.end(),
                                                   [&] { return shared_->finished >= awaited; });
  if (!in_time)
    return fail(Errc::unavailable,
                "directory: no name server found '" + shared_->host + "' in time");
  if (shared_->last.error != 0)
    return fail(Errc::unavailable, "directory: '" + shared_->host +
                                       "' is not known: " + ::gai_strerror(shared_->last.error));
  return shared_->last.addresses;
}

}  // namespace portal::directory
