#pragma once

#ifdef PORTAL_FAULT_POINTS

#include <string_view>

#include "domain/ports/forwarding_directory.hpp"
#include "domain/ports/store.hpp"

/// Named moments at which a test can kill the daemon; only in builds with PORTAL_FAULT_POINTS.
///
/// `PORTAL_CRASH_AT=POINT[:N]` sends SIGKILL to the process at the N-th passing of a point (1 if
/// not said), if `PORTAL_CRASH_ARMED_BY=FILE` is not set or that file exists.
/// `PORTAL_TRACE_FAULT_POINTS=FILE` appends the name of each point that is passed, a line each, so
/// that a test can find the points of a journey by walking it once.
namespace portal::fault_points {

void pass(std::string_view point);

/// Points of each write, by its label: "LABEL.before", "LABEL.uncommitted" (the work is done),
/// "LABEL.committed".
class FaultingStore final : public Store {
 public:
  explicit FaultingStore(Store& behind) : behind_(behind) {}
  Result<void> write(std::string_view label, Work work) override;
  Result<void> read(Work work) override;

 private:
  Store& behind_;
};

/// Points of each directory write: "directory.stage.before", "directory.stage.after", and so for
/// set_staged_address, set_password, change_password, admit and discard.
class FaultingDirectory final : public ForwardingDirectory {
 public:
  using ForwardingDirectory::ForwardingDirectory;
  Result<DirectoryEntry> stage(const StagedPerson& person) override;
  Result<void> set_staged_address(std::string_view entry_uuid, const EmailAddress& email) override;
  Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                      const Secret& password) override;
  Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                         const Secret& next) override;
  Result<DirectoryEntry> admit(std::string_view entry_uuid) override;
  Result<void> discard(const AccountId& account) override;
};

}  // namespace portal::fault_points

#endif
