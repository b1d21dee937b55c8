#pragma once

#include <memory>
#include <utility>

#include "domain/ports/host.hpp"

namespace portal {

/// This machine, where systemd-logind keeps the login sessions; where there is no logind, no
/// process has one. For one thread.
class SystemdHost final : public Host {
 public:
  /// Fails: unavailable (the kernel does not say which start of the machine this is).
  static Result<std::unique_ptr<SystemdHost>> look();

  const HostId& id() const override { return id_; }
  bool runs(std::int64_t process) const override;
  Result<bool> end_login(std::int64_t process, UtcTime opened) override;

 private:
  explicit SystemdHost(HostId id) : id_(std::move(id)) {}

  HostId id_;
};

}  // namespace portal
