#include "daemon/gated_directory.hpp"

namespace portal {
namespace {

tl::unexpected<Error> closed() {
  return fail(Errc::unavailable, "the staging subtree is not proven safe yet");
}

}  // namespace

Result<BindAnswer> GatedDirectory::bind_nobody(const Secret& password) {
  return behind_.bind_nobody(password);
}

Result<BindAnswer> GatedDirectory::bind(std::string_view dn, const Secret& password) {
  return behind_.bind(dn, password);
}

Result<DirectoryEntry> GatedDirectory::stage(const StagedPerson& person) {
  if (!is_open()) return closed();
  return behind_.stage(person);
}

Result<std::optional<PasswordRefusal>> GatedDirectory::set_password(std::string_view dn,
                                                                    const Secret& password) {
  return behind_.set_password(dn, password);
}

Result<PasswordChange> GatedDirectory::change_password(std::string_view dn, const Secret& current,
                                                       const Secret& next) {
  return behind_.change_password(dn, current, next);
}

Result<DirectoryEntry> GatedDirectory::admit(std::string_view entry_uuid) {
  if (!is_open()) return closed();
  return behind_.admit(entry_uuid);
}

Result<std::optional<DirectoryEntry>> GatedDirectory::locate(std::string_view entry_uuid) {
  return behind_.locate(entry_uuid);
}

Result<EntryStanding> GatedDirectory::standing(std::string_view entry_uuid) {
  return behind_.standing(entry_uuid);
}

Result<void> GatedDirectory::discard(const AccountId& account) { return behind_.discard(account); }

Result<bool> GatedDirectory::has_address(const EmailAddress& email) {
  return behind_.has_address(email);
}

Result<std::optional<FoundPerson>> GatedDirectory::find_person(std::string_view name) {
  return behind_.find_person(name);
}

Result<void> GatedDirectory::prove_staging_is_safe() { return behind_.prove_staging_is_safe(); }

}  // namespace portal
