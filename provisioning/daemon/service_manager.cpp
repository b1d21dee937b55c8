#include "daemon/service_manager.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdlib>
#include <string>

namespace portal::service_manager {
namespace {

/// One call to sd_listen_fds_with_names gives an array of texts to be freed.
struct InheritedNames {
  char** names = nullptr;
  ~InheritedNames() {
    for (char** name = names; name != nullptr && *name != nullptr; ++name) std::free(*name);
    std::free(names);
  }
};

}  // namespace

void ready() { ::sd_notify(0, "READY=1\nSTATUS=Serving"); }

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::string text =
      "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000);
  ::sd_notify(0, text.c_str());
}

void stopping(std::chrono::milliseconds longest) {
  const std::string text = "STOPPING=1\nSTATUS=Finishing what is in flight\nEXTEND_TIMEOUT_USEC=" +
                           std::to_string(longest.count() * 1'000);
  ::sd_notify(0, text.c_str());
}

void alive() { ::sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> watchdog_period() {
  std::uint64_t micros = 0;
  if (::sd_watchdog_enabled(0, &micros) <= 0 || micros == 0) return std::nullopt;
  return std::chrono::milliseconds(micros / 2'000);
}

int inherited_socket(std::string_view name) {
  InheritedNames inherited;
  const int count = ::sd_listen_fds_with_names(1, &inherited.names);
  for (int i = 0; i < count; ++i) {
    if (name == inherited.names[i]) return SD_LISTEN_FDS_START + i;
  }
  return -1;
}

}  // namespace portal::service_manager
