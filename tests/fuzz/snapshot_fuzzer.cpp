// The reader of the files that NSS answers from. Whatever the bytes: it stays inside them, it ends,
// and what it finds is no id of the system. Once as they are, and once with a header whose checksum
// is right, as of a writer that was fooled: alone, and as a delta on itself.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "packer.hpp"
#include "snapshot/core/view.hpp"

using namespace portal::snapshot;
using portal::nss::Packed;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Free {
  void operator()(std::byte* bytes) const { std::free(bytes); }
};
/// Of the exact size, so that a sanitizer sees each byte read beyond it.
using Bytes = std::unique_ptr<std::byte, Free>;

Bytes copy_of(const std::uint8_t* data, std::size_t size) {
  void* bytes = nullptr;
  if (::posix_memalign(&bytes, 8, size == 0 ? 1 : size) != 0) std::abort();
  if (size > 0) std::memcpy(bytes, data, size);
  return Bytes(static_cast<std::byte*>(bytes));
}

/// Packs into a buffer of the exact size, if there is one below 64 KiB.
template <class Record, class Result>
void packs_within_its_buffer(const Record& record, Result& result) {
  for (std::size_t size = 1; size <= 65'536; size *= 2) {
    const std::unique_ptr<char[]> exact(new char[size]);
    const Packed packed = portal::nss::pack(record, result, exact.get(), size);
    if (packed == Packed::damaged) return;
    if (packed == Packed::too_small) continue;
    if constexpr (std::is_same_v<Record, AccountView>) {
      require(std::strlen(result.pw_name) + std::strlen(result.pw_passwd) +
                  std::strlen(result.pw_gecos) + std::strlen(result.pw_dir) +
                  std::strlen(result.pw_shell) <
              size);
    } else {
      std::size_t members = 0;
      for (char** member = result.gr_mem; *member != nullptr; ++member) {
        require(std::strlen(*member) < size);
        ++members;
      }
      require(members == record.record.member_count);
    }
    return;
  }
}

void judge(Found found, const AccountView& account) {
  if (found != Found::yes) return;
  require(!is_system_id(account.uid) && account.gid != 0);
  passwd result{};
  packs_within_its_buffer(account, result);
}

void judge(Found found, const GroupView& group) {
  if (found != Found::yes) return;
  require(group.gid != 0);
  ::group result{};
  packs_within_its_buffer(group, result);
}

template <class Record>
void walk(const View& view) {
  Cursor cursor;
  Record record;
  Found found = Found::yes;
  for (int left = 1'000; left > 0 && found == Found::yes; --left) {
    found = view.next(cursor, record);
    judge(found, record);
  }
}

void ask_everything(const View& view) {
  AccountView account;
  GroupView group;
  for (const std::string_view name : {"p1", "p2", "g1", "p1@example.ch", "", "nobody"}) {
    judge(view.account(name.data(), name.size(), account), account);
    judge(view.group(name.data(), name.size(), group), group);
  }
  for (const std::uint32_t id : {0U, 27U, 1'000U, 200'001U, 200'002U, 300'001U, 0xFFFF'FFFFU}) {
    judge(view.account(id, account), account);
    judge(view.group(id, group), group);
  }
  walk<AccountView>(view);
  walk<GroupView>(view);
}

/// Makes the header one that the reader takes, as far as that is not for the bytes to say.
void mend(std::byte* bytes, std::size_t size, FileKind kind) {
  Header header;
  std::memcpy(&header, bytes, sizeof header);
  header.preamble = {kMagic, kVersion, kind};
  header.size = size;
  header.base_id = 1;
  header.checksum = hash_of(&header, offsetof(Header, checksum));
  std::memcpy(bytes, &header, sizeof header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes raw = copy_of(data, size);
  Image image;
  for (const FileKind kind : {FileKind::base, FileKind::delta}) {
    if (image.open(raw.get(), size, kind) == Fault::none) ask_everything(View(image));
  }
  if (size < sizeof(Header)) return 0;
  const Bytes base = copy_of(data, size);
  mend(base.get(), size, FileKind::base);
  if (image.open(base.get(), size, FileKind::base) != Fault::none) return 0;
  View view(image);
  ask_everything(view);
  const Bytes changed = copy_of(data, size);
  mend(changed.get(), size, FileKind::delta);
  Image delta;
  require(delta.open(changed.get(), size, FileKind::delta) == Fault::none);
  require(view.add(delta) == Fault::none);
  ask_everything(view);
  return 0;
}
