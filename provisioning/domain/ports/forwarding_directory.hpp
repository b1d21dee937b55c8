#pragma once

#include "domain/ports/directory.hpp"

namespace portal {

/// Hands every call to the directory behind it. What stands before a directory derives from this
/// and overrides only what it changes.
class ForwardingDirectory : public Directory {
 public:
  /// `behind` must outlive this.
  explicit ForwardingDirectory(Directory& behind) : behind_(behind) {}

  Result<BindAnswer> bind(std::string_view dn, const Secret& password) override {
    return behind_.bind(dn, password);
  }
  Result<BindAnswer> bind_nobody(const Secret& password) override {
    return behind_.bind_nobody(password);
  }
  Result<DirectoryEntry> stage(const StagedPerson& person) override {
    return behind_.stage(person);
  }
  Result<void> set_staged_address(std::string_view entry_uuid, const EmailAddress& email) override {
    return behind_.set_staged_address(entry_uuid, email);
  }
  Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                      const Secret& password) override {
    return behind_.set_password(dn, password);
  }
  Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                         const Secret& next) override {
    return behind_.change_password(dn, current, next);
  }
  Result<DirectoryEntry> admit(std::string_view entry_uuid) override {
    return behind_.admit(entry_uuid);
  }
  Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) override {
    return behind_.locate(entry_uuid);
  }
  Result<EntryStanding> standing(std::string_view entry_uuid) override {
    return behind_.standing(entry_uuid);
  }
  Result<void> discard(const AccountId& account) override { return behind_.discard(account); }
  Result<bool> has_address(const EmailAddress& email) override {
    return behind_.has_address(email);
  }
  Result<std::optional<FoundPerson>> find_person(std::string_view name) override {
    return behind_.find_person(name);
  }
  Result<std::optional<PasswordLimits>> limits() override { return behind_.limits(); }
  Result<std::optional<PasswordStorage>> password_storage() override {
    return behind_.password_storage();
  }
  Result<void> prove_staging_is_safe() override { return behind_.prove_staging_is_safe(); }

 private:
  Directory& behind_;
};

}  // namespace portal
