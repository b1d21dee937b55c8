#include "snapshot/opened_snapshot.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace portal::snapshot {
namespace {

Error error_of(Fault fault, const std::filesystem::path& folder) {
  const int reason = errno;
  switch (fault) {
    case Fault::absent: return {Errc::not_found, folder.string() + ": nothing is published there"};
    case Fault::foreign:
      return {Errc::denied, folder.string() + ": others may write what is there"};
    case Fault::damaged: return {Errc::malformed, folder.string() + ": damaged"};
    case Fault::none:
    case Fault::system: break;
  }
  return {Errc::unavailable, folder.string() + ": " + std::strerror(reason)};
}

template <class Value, class Record, class Make>
Result<std::optional<Value>> value_of(Found found, const Record& record, Make&& make) {
  switch (found) {
    case Found::yes: return make(record);
    case Found::no: return std::nullopt;
    case Found::damaged: break;
  }
  return fail(Errc::malformed, "a damaged record");
}

}  // namespace

Result<OpenedSnapshot> OpenedSnapshot::open(const std::filesystem::path& folder) {
  Opened opened;
  const Fault fault = open_snapshot(folder.c_str(), opened);
  if (fault != Fault::none) return fail(error_of(fault, folder));
  return OpenedSnapshot(opened);
}

OpenedSnapshot::OpenedSnapshot(OpenedSnapshot&& other) noexcept
    : opened_(std::exchange(other.opened_, Opened{})) {}

OpenedSnapshot& OpenedSnapshot::operator=(OpenedSnapshot&& other) noexcept {
  std::swap(opened_, other.opened_);
  return *this;
}

OpenedSnapshot::~OpenedSnapshot() { close_snapshot(opened_); }

Result<std::optional<Account>> OpenedSnapshot::account(std::uint32_t uid) const {
  AccountView found;
  return value_of<Account>(view().account(uid, found), found, account_from);
}

Result<std::optional<Account>> OpenedSnapshot::account(const std::string& name) const {
  AccountView found;
  return value_of<Account>(view().account(name.c_str(), name.size(), found), found, account_from);
}

Result<std::optional<Group>> OpenedSnapshot::group(std::uint32_t gid) const {
  GroupView found;
  return value_of<Group>(view().group(gid, found), found, group_from);
}

Result<std::optional<Group>> OpenedSnapshot::group(const std::string& name) const {
  GroupView found;
  return value_of<Group>(view().group(name.c_str(), name.size(), found), found, group_from);
}

}  // namespace portal::snapshot
