#include "daemon/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <time.h>

namespace portal {
namespace {

sigset_t set_of(std::initializer_list<int> numbers) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : numbers) ::sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  (void)::signal(SIGPIPE, SIG_IGN);
  const sigset_t taken = set_of({SIGTERM, SIGINT, SIGHUP});
  ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
}

std::optional<Signals::Kind> Signals::next(std::optional<std::chrono::milliseconds> period) const {
  const sigset_t taken = set_of({SIGTERM, SIGINT, SIGHUP});
  int number = 0;
  if (period) {
    const timespec limit{period->count() / 1'000, (period->count() % 1'000) * 1'000'000};
    number = ::sigtimedwait(&taken, nullptr, &limit);
  } else {
    ::sigwait(&taken, &number);
  }
  if (number == SIGHUP) return Kind::reload;
  if (number == SIGTERM || number == SIGINT) return Kind::end;
  return std::nullopt;
}

void Signals::let_the_next_one_kill() const {
  (void)::signal(SIGTERM, SIG_DFL);
  (void)::signal(SIGINT, SIG_DFL);
  const sigset_t deadly = set_of({SIGTERM, SIGINT});
  ::pthread_sigmask(SIG_UNBLOCK, &deadly, nullptr);
}

}  // namespace portal
