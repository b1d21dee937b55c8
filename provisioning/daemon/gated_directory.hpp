#pragma once

#include <atomic>

#include "domain/ports/forwarding_directory.hpp"

namespace portal {

/// A directory that takes nobody in until it was opened: `stage` and `admit` fail as unavailable.
/// The daemon opens it when the staging subtree was proven safe and what a crash left behind is
/// settled; until then logins work and registrations read "not possible at the moment".
class GatedDirectory final : public ForwardingDirectory {
 public:
  using ForwardingDirectory::ForwardingDirectory;

  void open_gate() noexcept { open_ = true; }
  void close_gate() noexcept { open_ = false; }
  bool is_open() const noexcept { return open_; }

  Result<DirectoryEntry> stage(const StagedPerson& person) override;
  Result<DirectoryEntry> admit(std::string_view entry_uuid) override;

 private:
  std::atomic<bool> open_{false};
};

}  // namespace portal
