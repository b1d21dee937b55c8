#pragma once

#include <atomic>

#include "domain/ports/directory.hpp"

namespace portal {

/// A directory that takes nobody in until it was opened: `stage` and `admit` fail as unavailable.
/// The daemon opens it when the staging subtree was proven safe and what a crash left behind is
/// settled; until then logins work and registrations read "not possible at the moment".
class GatedDirectory final : public Directory {
 public:
  explicit GatedDirectory(Directory& behind) : behind_(behind) {}

  void open_gate() noexcept { open_ = true; }
  void close_gate() noexcept { open_ = false; }
  bool is_open() const noexcept { return open_; }

  Result<BindAnswer> bind(std::string_view dn, const Secret& password) override;
  Result<BindAnswer> bind_nobody(const Secret& password) override;
  Result<DirectoryEntry> stage(const StagedPerson& person) override;
  Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                      const Secret& password) override;
  Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                         const Secret& next) override;
  Result<DirectoryEntry> admit(std::string_view entry_uuid) override;
  Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) override;
  Result<EntryStanding> standing(std::string_view entry_uuid) override;
  Result<void> discard(const AccountId& account) override;
  Result<bool> has_address(const EmailAddress& email) override;
  Result<std::optional<FoundPerson>> find_person(std::string_view name) override;
  Result<void> prove_staging_is_safe() override;

 private:
  Directory& behind_;
  std::atomic<bool> open_{false};
};

}  // namespace portal
