#include "packer.hpp"

#include <string.h>

namespace portal::nss {

Packed pack(const snapshot::AccountView& account, passwd& result, char* buffer,
            std::size_t size) noexcept {
  const snapshot::AccountRecord& record = account.record;
  if (size < record.text_size) return Packed::too_small;
  memcpy(buffer, account.text, record.text_size);
  result.pw_name = buffer;
  result.pw_passwd = buffer + record.password;
  result.pw_uid = account.uid;
  result.pw_gid = account.gid;
  result.pw_gecos = buffer + record.gecos;
  result.pw_dir = buffer + record.home;
  result.pw_shell = buffer + record.shell;
  return Packed::yes;
}

Packed pack(const snapshot::GroupView& group, ::group& result, char* buffer,
            std::size_t size) noexcept {
  const snapshot::GroupRecord& record = group.record;
  // First the pointers to the members, where they are aligned, then the texts.
  const std::size_t skipped = -reinterpret_cast<std::uintptr_t>(buffer) % alignof(char*);
  const std::size_t pointers = (std::size_t{record.member_count} + 1) * sizeof(char*);
  if (size < skipped || size - skipped < pointers || size - skipped - pointers < record.text_size) {
    return Packed::too_small;
  }
  char** members = reinterpret_cast<char**>(buffer + skipped);
  char* text = buffer + skipped + pointers;
  for (std::size_t i = 0; i < record.member_count; ++i) {
    std::uint32_t offset = 0;
    memcpy(&offset, group.members + i * sizeof offset, sizeof offset);
    if (offset >= record.text_size) return Packed::damaged;
    members[i] = text + offset;
  }
  members[record.member_count] = nullptr;
  memcpy(text, group.text, record.text_size);
  result.gr_name = text;
  result.gr_passwd = text + record.password;
  result.gr_gid = group.gid;
  result.gr_mem = members;
  return Packed::yes;
}

}  // namespace portal::nss
