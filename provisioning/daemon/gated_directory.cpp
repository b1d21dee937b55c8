#include "daemon/gated_directory.hpp"

namespace portal {
namespace {

tl::unexpected<Error> closed() {
  return fail(Errc::unavailable, "the staging subtree is not proven safe yet");
}

}  // namespace

Result<DirectoryEntry> GatedDirectory::stage(const StagedPerson& person) {
  if (!is_open()) return closed();
  return ForwardingDirectory::stage(person);
}

Result<DirectoryEntry> GatedDirectory::admit(std::string_view entry_uuid) {
  if (!is_open()) return closed();
  return ForwardingDirectory::admit(entry_uuid);
}

}  // namespace portal
