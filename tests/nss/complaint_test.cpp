// What the system's log hears of a snapshot that cannot be used.

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <thread>

#include "support/nss_module.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// /dev/log, in a /dev of this process's own.
class Log {
 public:
  Log() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string("/dev/log").copy(address.sun_path, sizeof address.sun_path);
    assert_int_equal(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                     0);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() {
    ::close(socket_);
    ::unlink("/dev/log");
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    char line[512];
    for (;;) {
      const ssize_t got = ::recv(socket_, line, sizeof line, 0);
      if (got <= 0) return all;
      all.emplace_back(line, static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_;
};

void a_damaged_snapshot_is_told_once_and_an_absent_one_never(void**) {
  // N2
  const Log log;
  const NssModule nss;
  for (int i = 0; i < 10; ++i) {
    assert_int_equal(by_name(nss, "p1").status, NSS_STATUS_UNAVAIL);
  }
  assert_true(log.lines().empty());
  Publisher publisher(5, rules(), kFolder);
  publisher.writer.reset();
  assert_true(by_name(nss, "p1").found());
  assert_true(log.lines().empty());
  std::filesystem::remove(publisher.file("current"));
  write_content(publisher.file("current"), "x");
  // The host's own log goes on as it was.
  ::openlog("host", LOG_NDELAY, LOG_USER);
  const std::size_t descriptors = open_descriptors();
  publisher.open();  // moves the word
  std::filesystem::remove(publisher.file("current"));
  write_content(publisher.file("current"), "x");
  const std::size_t with_writer = open_descriptors();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) (void)by_name(nss, "p1");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> lines = log.lines();
  assert_int_equal(lines.size(), 1);
  assert_text(lines[0], "<27>libnss_portal[" + std::to_string(::getpid()) + "]: the accounts in " +
                            kFolder + " cannot be used: damaged");
  assert_int_equal(open_descriptors(), with_writer);
  assert_true(with_writer >= descriptors);
  ::syslog(LOG_INFO, "still here");
  assert_int_equal(log.lines().size(), 1);
  ::closelog();
}

}  // namespace

int main() {
  enter_private_host();
  if (::mount("test", "/dev", "tmpfs", 0, "mode=0755") != 0) return 1;
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_damaged_snapshot_is_told_once_and_an_absent_one_never),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
