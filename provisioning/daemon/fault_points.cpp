#include "daemon/fault_points.hpp"

#ifdef PORTAL_FAULT_POINTS

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <mutex>
#include <string>

#include "base/file.hpp"

namespace portal::fault_points {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Where to die, and where to write what was passed; read from the environment once.
class Plan {
 public:
  Plan() : crash_at_(environment("PORTAL_CRASH_AT")) {
    const std::size_t colon = crash_at_.rfind(':');
    if (colon != std::string::npos) {
      std::from_chars(crash_at_.data() + colon + 1, crash_at_.data() + crash_at_.size(), left_);
      crash_at_.resize(colon);
    }
    const std::string trace = environment("PORTAL_TRACE_FAULT_POINTS");
    if (!trace.empty()) {
      trace_ =
          FileDescriptor(::open(trace.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    }
  }

  void pass(std::string_view point) {
    const std::lock_guard lock(mutex_);
    if (trace_) {
      const std::string line = std::string(point) + "\n";
      (void)!::write(trace_.get(), line.data(), line.size());
    }
    if (point == crash_at_ && is_armed() && --left_ == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  /// Points that the daemon also passes by itself wait for a test to arm them.
  bool is_armed() const { return armed_by_.empty() || ::access(armed_by_.c_str(), F_OK) == 0; }

  std::mutex mutex_;
  const std::string armed_by_ = environment("PORTAL_CRASH_ARMED_BY");
  std::string crash_at_;
  int left_ = 1;
  FileDescriptor trace_;
};

/// The points before and after `act`.
template <class F>
auto between(std::string_view name, F&& act) {
  pass("directory." + std::string(name) + ".before");
  auto result = act();
  pass("directory." + std::string(name) + ".after");
  return result;
}

}  // namespace

void pass(std::string_view point) {
  static Plan plan;
  plan.pass(point);
}

Result<void> FaultingStore::write(std::string_view label, Work work) {
  const std::string name(label);
  pass(name + ".before");
  Result<void> done = behind_.write(label, [&](Transaction& transaction) -> Result<void> {
    Result<void> worked = work(transaction);
    if (worked) pass(name + ".uncommitted");
    return worked;
  });
  if (done) pass(name + ".committed");
  return done;
}

Result<void> FaultingStore::read(Work work) { return behind_.read(work); }

Result<DirectoryEntry> FaultingDirectory::stage(const StagedPerson& person) {
  return between("stage", [&] { return ForwardingDirectory::stage(person); });
}

Result<void> FaultingDirectory::set_staged_address(std::string_view entry_uuid,
                                                   const EmailAddress& email) {
  return between("set_staged_address",
                 [&] { return ForwardingDirectory::set_staged_address(entry_uuid, email); });
}

Result<std::optional<PasswordRefusal>> FaultingDirectory::set_password(std::string_view dn,
                                                                       const Secret& password) {
  return between("set_password", [&] { return ForwardingDirectory::set_password(dn, password); });
}

Result<PasswordChange> FaultingDirectory::change_password(std::string_view dn,
                                                          const Secret& current,
                                                          const Secret& next) {
  return between("change_password",
                 [&] { return ForwardingDirectory::change_password(dn, current, next); });
}

Result<DirectoryEntry> FaultingDirectory::admit(std::string_view entry_uuid) {
  return between("admit", [&] { return ForwardingDirectory::admit(entry_uuid); });
}

Result<void> FaultingDirectory::discard(const AccountId& account) {
  return between("discard", [&] { return ForwardingDirectory::discard(account); });
}

}  // namespace portal::fault_points

#endif
