#include "complaint.hpp"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace portal::nss {

namespace {

bool g_has_complained = false;

constexpr char kLog[] = "/dev/log";
constexpr int kDaemonError = (3 << 3) | 3;  // LOG_DAEMON | LOG_ERR

void send_to_log(const char* line, std::size_t size) {
  const int log = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (log < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, kLog, sizeof kLog);
  (void)::sendto(log, line, size, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                 sizeof address);
  (void)::close(log);
}

}  // namespace

void complain_once(snapshot::Fault fault) noexcept {
  if (__atomic_exchange_n(&g_has_complained, true, __ATOMIC_RELAXED)) return;
  const int kept = errno;
  int cancel_state = 0;
  (void)::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
  char line[256];
  const int size =
      ::snprintf(line, sizeof line, "<%d>libnss_portal[%ld]: the accounts in %s cannot be used: %s",
                 kDaemonError, static_cast<long>(::getpid()), snapshot::kFolder, name_of(fault));
  if (size > 0 && size < static_cast<int>(sizeof line)) {
    send_to_log(line, static_cast<std::size_t>(size));
  }
  (void)::pthread_setcancelstate(cancel_state, nullptr);
  errno = kept;
}

}  // namespace portal::nss
