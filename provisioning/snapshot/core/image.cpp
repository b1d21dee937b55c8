#include "snapshot/core/image.hpp"

#include <string.h>

namespace portal::snapshot {

const char* name_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::absent: return "absent";
    case Fault::foreign: return "foreign";
    case Fault::damaged: return "damaged";
    case Fault::system: return "system";
  }
  return "?";
}

namespace {

bool is_person_range(const IdRange& range) {
  return range.first >= kFirstPersonId && range.first <= range.last;
}

bool contains(const IdRange& range, std::uint32_t id) {
  return range.first <= id && id <= range.last;
}

/// The text's parts begin where they may, each behind the NUL of the one before it.
bool are_in_order(const AccountRecord& record, const char* text) {
  const std::uint16_t starts[] = {record.password, record.gecos, record.home, record.shell};
  std::uint16_t least = 1;
  for (const std::uint16_t start : starts) {
    if (start < least || start >= record.text_size || text[start - 1] != '\0') return false;
    least = static_cast<std::uint16_t>(start + 1);
  }
  return text[record.text_size - 1] == '\0';
}

}  // namespace

bool Image::holds(const Table& table) const noexcept {
  const std::uint64_t bytes = std::uint64_t{table.slots} * sizeof(Slot);
  return table.offset % 8 == 0 && table.offset >= header_.records_end &&
         table.offset <= header_.size && bytes <= header_.size - table.offset &&
         table.longest_probe < (table.slots == 0 ? 1 : table.slots);
}

Fault Image::open(const void* start, std::size_t size, FileKind kind) noexcept {
  if (size < sizeof(Header)) return Fault::damaged;
  memcpy(&header_, start, sizeof header_);
  start_ = static_cast<const std::byte*>(start);
  const Preamble& preamble = header_.preamble;
  const bool is_ours = preamble.magic == kMagic && preamble.version == kVersion &&
                       preamble.kind == kind &&
                       header_.checksum == hash_of(start, offsetof(Header, checksum));
  if (!is_ours || header_.size != size) return Fault::damaged;
  const bool is_bounded = header_.records_end >= sizeof(Header) && header_.records_end <= size &&
                          header_.records_end % 8 == 0 && holds(header_.by_name) &&
                          holds(header_.by_uid) && holds(header_.by_alias) &&
                          holds(header_.by_group_name) && holds(header_.by_gid);
  const bool is_safe = is_person_range(header_.uids) && is_person_range(header_.gids) &&
                       header_.listed_gid_count <= kListedGids;
  return is_bounded && is_safe ? Fault::none : Fault::damaged;
}

bool Image::allows_uid(std::uint32_t uid) const noexcept {
  return contains(header_.uids, uid) && !is_system_id(uid);
}

bool Image::allows_gid(std::uint32_t gid) const noexcept {
  if (contains(header_.gids, gid) && !is_system_id(gid)) return true;
  for (std::uint32_t i = 0; i < header_.listed_gid_count; ++i) {
    if (header_.listed_gids[i] == gid) return gid != 0;
  }
  return false;
}

Found Image::head_at(std::uint64_t offset, RecordHead& head) const noexcept {
  if (offset < sizeof(Header) || offset % 8 != 0 || offset >= header_.records_end) {
    return Found::damaged;
  }
  const std::uint64_t room = header_.records_end - offset;
  if (room < 16) return Found::damaged;
  head = load<RecordHead>(offset);
  return head.size >= 16 && head.size % 8 == 0 && head.size <= room ? Found::yes : Found::damaged;
}

Found Image::account_at(std::uint64_t offset, AccountView& found) const noexcept {
  if (head_at(offset, found.record.head) != Found::yes) return Found::damaged;
  const RecordHead& head = found.record.head;
  found.uid = head.id;
  found.is_gone = head.kind == RecordKind::account_gone;
  if (!allows_uid(head.id)) return Found::damaged;
  if (found.is_gone) return Found::yes;
  if (head.kind != RecordKind::account || head.size < sizeof(AccountRecord)) return Found::damaged;
  found.record = load<AccountRecord>(offset);
  const AccountRecord& record = found.record;
  const std::size_t aliases = record.alias_count * kAliasSize;
  const std::size_t gids = record.group_count * sizeof(std::uint32_t);
  if (sizeof record + aliases + gids + record.text_size > head.size) return Found::damaged;
  found.gid = record.gid;
  found.aliases = start_ + offset + sizeof record;
  found.gids = found.aliases + aliases;
  found.text = reinterpret_cast<const char*>(found.gids + gids);
  if (record.text_size < 5 || !are_in_order(record, found.text)) return Found::damaged;
  return allows_gid(record.gid) ? Found::yes : Found::damaged;
}

Found Image::group_at(std::uint64_t offset, GroupView& found) const noexcept {
  if (head_at(offset, found.record.head) != Found::yes) return Found::damaged;
  const RecordHead& head = found.record.head;
  found.gid = head.id;
  found.is_gone = head.kind == RecordKind::group_gone;
  if (!allows_gid(head.id)) return Found::damaged;
  if (found.is_gone) return Found::yes;
  if (head.kind != RecordKind::group || head.size < sizeof(GroupRecord)) return Found::damaged;
  found.record = load<GroupRecord>(offset);
  const GroupRecord& record = found.record;
  const std::uint64_t members = std::uint64_t{record.member_count} * sizeof(std::uint32_t);
  if (sizeof record + members + record.text_size > head.size) return Found::damaged;
  found.members = start_ + offset + sizeof record;
  found.text = reinterpret_cast<const char*>(found.members + members);
  const bool is_text =
      record.text_size >= 2 && record.password >= 1 && record.password < record.text_size &&
      found.text[record.password - 1] == '\0' && found.text[record.text_size - 1] == '\0';
  return is_text ? Found::yes : Found::damaged;
}

Found Image::next(std::uint64_t& offset, RecordHead& head) const noexcept {
  if (offset == header_.records_end) return Found::no;
  if (head_at(offset, head) != Found::yes) return Found::damaged;
  offset += head.size;
  return Found::yes;
}

/// Asks `matches` about each record that may have the hash's key, until it knows.
template <class Matches>
Found Image::search(const Table& table, std::uint64_t hash, Matches&& matches) const noexcept {
  if (table.slots == 0) return Found::no;
  std::uint32_t at = first_slot(hash, table.slots);
  for (std::uint32_t probe = 0; probe <= table.longest_probe; ++probe) {
    const Slot slot = load<Slot>(table.offset + std::uint64_t{at} * sizeof(Slot));
    if (slot.place == 0) return Found::no;
    if (slot.tag == tag_of(hash)) {
      const Found found = matches(std::uint64_t{slot.place} * 8);
      if (found != Found::no) return found;
    }
    at = at + 1 == table.slots ? 0 : at + 1;
  }
  return Found::no;
}

Found Image::account_by_name(const char* name, std::size_t size,
                             AccountView& found) const noexcept {
  return search(header_.by_name, hash_of(name, size), [&](std::uint64_t offset) {
    if (account_at(offset, found) != Found::yes || found.is_gone) return Found::damaged;
    const bool same = found.record.password == size + 1 && memcmp(found.text, name, size) == 0;
    return same ? Found::yes : Found::no;
  });
}

Found Image::account_by_alias(const AliasDigest& digest, AccountView& found) const noexcept {
  return search(header_.by_alias, hash_of(digest.bytes, kAliasSize), [&](std::uint64_t offset) {
    if (account_at(offset, found) != Found::yes || found.is_gone) return Found::damaged;
    for (std::size_t i = 0; i < found.record.alias_count; ++i) {
      if (memcmp(found.aliases + i * kAliasSize, digest.bytes, kAliasSize) == 0) return Found::yes;
    }
    return Found::no;
  });
}

Found Image::account_by_uid(std::uint32_t uid, AccountView& found) const noexcept {
  return search(header_.by_uid, hash_of_id(uid), [&](std::uint64_t offset) {
    if (account_at(offset, found) != Found::yes) return Found::damaged;
    return found.uid == uid ? Found::yes : Found::no;
  });
}

Found Image::group_by_gid(std::uint32_t gid, GroupView& found) const noexcept {
  return search(header_.by_gid, hash_of_id(gid), [&](std::uint64_t offset) {
    if (group_at(offset, found) != Found::yes) return Found::damaged;
    return found.gid == gid ? Found::yes : Found::no;
  });
}

Found Image::group_by_name(const char* name, std::size_t size, GroupView& found) const noexcept {
  return search(header_.by_group_name, hash_of(name, size), [&](std::uint64_t offset) {
    if (group_at(offset, found) != Found::yes || found.is_gone) return Found::damaged;
    const bool same = found.record.password == size + 1 && memcmp(found.text, name, size) == 0;
    return same ? Found::yes : Found::no;
  });
}

}  // namespace portal::snapshot
