#include "daemon/systemd_host.hpp"

#include <signal.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/freed.hpp"

namespace portal {
namespace {

constexpr const char* kLogind = "org.freedesktop.login1";
constexpr const char* kManager = "/org/freedesktop/login1";
constexpr const char* kManagerInterface = "org.freedesktop.login1.Manager";
constexpr const char* kSessionInterface = "org.freedesktop.login1.Session";

constexpr std::uint64_t kPatienceMicros = 2'000'000;
/// Between the module's call and pam_systemd's, in one stack; more, and the number of the process
/// was given to another one.
constexpr std::chrono::seconds kSameLogin{60};

/// Says that it is this product's use of the machine's identity (machine-id(5)).
constexpr sd_id128_t kApplication =
    SD_ID128_MAKE(7c, 2f, 5d, 0a, 94, 1b, 4e, 63, a8, 35, d1, 6e, f0, 27, 8b, 49);

using Bus = std::unique_ptr<sd_bus, Freed<sd_bus_flush_close_unref>>;
using Message = std::unique_ptr<sd_bus_message, Freed<sd_bus_message_unref>>;

/// What the other side said went wrong.
struct BusError {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  BusError() = default;
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  ~BusError() { ::sd_bus_error_free(&error); }

  bool is(const char* name) const { return ::sd_bus_error_has_name(&error, name) != 0; }

  Error told(int result) const {
    const bool refused =
        is(SD_BUS_ERROR_ACCESS_DENIED) || is(SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED);
    const std::string why = error.message != nullptr ? error.message : std::strerror(-result);
    return {refused ? Errc::denied : Errc::unavailable, "logind: " + why};
  }
};

std::string text_of(sd_id128_t id) {
  char text[SD_ID128_STRING_MAX];
  return ::sd_id128_to_string(id, text);
}

/// The login session that a process is in, as an object of the bus; empty if there is none.
Result<std::string> session_around(sd_bus* bus, std::uint32_t process) {
  BusError error;
  sd_bus_message* reply = nullptr;
  const int called = ::sd_bus_call_method(bus, kLogind, kManager, kManagerInterface,
                                          "GetSessionByPID", &error.error, &reply, "u", process);
  const Message owned(reply);
  if (called < 0) {
    const bool none = error.is("org.freedesktop.login1.NoSessionForPID") ||
                      error.is("org.freedesktop.login1.NoSuchSession") ||
                      error.is(SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                      error.is(SD_BUS_ERROR_NAME_HAS_NO_OWNER) || error.is("System.Error.ESRCH");
    if (none) return std::string();
    return fail(error.told(called));
  }
  const char* path = nullptr;
  const int read = ::sd_bus_message_read(reply, "o", &path);
  if (read < 0) return fail(Errc::unavailable, "logind: an answer that is no session");
  return std::string(path);
}

template <class T>
Result<T> property_of(sd_bus* bus, const std::string& session, const char* name, char type) {
  BusError error;
  T value{};
  const int got = ::sd_bus_get_property_trivial(bus, kLogind, session.c_str(), kSessionInterface,
                                                name, &error.error, type, &value);
  if (got < 0) return fail(error.told(got));
  return value;
}

}  // namespace

Result<std::unique_ptr<SystemdHost>> SystemdHost::look() {
  sd_id128_t boot{};
  if (::sd_id128_get_boot(&boot) < 0) {
    return fail(Errc::unavailable, "/proc/sys/kernel/random/boot_id cannot be read");
  }
  // A machine without an identity is another one at each start: what it leaves open stays open.
  sd_id128_t machine = boot;
  if (::sd_id128_get_machine_app_specific(kApplication, &machine) < 0) machine = boot;
  return std::unique_ptr<SystemdHost>(new SystemdHost({text_of(machine), text_of(boot)}));
}

bool SystemdHost::runs(std::int64_t process) const {
  // Another user's may not be signalled, but is there.
  return ::kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM;
}

Result<bool> SystemdHost::end_login(std::int64_t process, UtcTime opened) {
  if (process <= 0) return false;  // of another namespace: nobody that we could name
  sd_bus* opening = nullptr;
  if (::sd_bus_open_system(&opening) < 0) return false;  // no bus, so no logind
  const Bus bus(opening);
  ::sd_bus_set_method_call_timeout(bus.get(), kPatienceMicros);

  const auto number = static_cast<std::uint32_t>(process);
  const Result<std::string> session = session_around(bus.get(), number);
  if (!session) return fail(session.error());
  if (session->empty()) return false;
  const auto leader = property_of<std::uint32_t>(bus.get(), *session, "Leader", 'u');
  if (!leader) return fail(leader.error());
  const auto since = property_of<std::uint64_t>(bus.get(), *session, "Timestamp", 't');
  if (!since) return fail(since.error());
  const auto apart = std::chrono::abs(
      UtcTime(std::chrono::duration_cast<UtcTime::duration>(std::chrono::microseconds(*since))) -
      opened);
  if (*leader != number || apart > kSameLogin) return false;

  BusError error;
  const int ended = ::sd_bus_call_method(bus.get(), kLogind, session->c_str(), kSessionInterface,
                                         "Terminate", &error.error, nullptr, "");
  if (ended < 0) return fail(error.told(ended));
  return true;
}

}  // namespace portal
