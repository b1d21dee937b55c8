#pragma once

#include <csignal>

namespace portal::http {

/// While it lives, threads that are started take no signals: those are main's to handle. A write
/// to a closed connection then raises no SIGPIPE either, also inside OpenSSL, which cannot be told
/// MSG_NOSIGNAL.
class QuietThreads {
 public:
  QuietThreads() noexcept {
    sigset_t none;
    ::sigfillset(&none);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF})
      ::sigdelset(&none, fault);
    ::pthread_sigmask(SIG_SETMASK, &none, &before_);
  }
  ~QuietThreads() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  QuietThreads(const QuietThreads&) = delete;
  QuietThreads& operator=(const QuietThreads&) = delete;

 private:
  sigset_t before_;
};

}  // namespace portal::http
