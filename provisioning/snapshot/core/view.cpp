#include "snapshot/core/view.hpp"

#include <string.h>

namespace portal::snapshot {
namespace {

bool have_same_ranges(const Header& one, const Header& other) noexcept {
  return memcmp(&one.uids, &other.uids, sizeof one.uids) == 0 &&
         memcmp(&one.gids, &other.gids, sizeof one.gids) == 0 &&
         one.listed_gid_count == other.listed_gid_count &&
         memcmp(one.listed_gids, other.listed_gids, sizeof one.listed_gids) == 0;
}

}  // namespace

Fault View::add(const Image& delta) noexcept {
  const Header& mine = base_.header();
  const Header& its = delta.header();
  if (its.base_id != mine.base_id || memcmp(its.salt, mine.salt, sizeof its.salt) != 0 ||
      !have_same_ranges(its, mine)) {
    return Fault::damaged;
  }
  delta_ = delta;
  has_delta_ = true;
  return Fault::none;
}

Found View::is_replaced(const AccountView& account) const noexcept {
  AccountView newer;
  return has_delta_ ? delta_.account_by_uid(account.uid, newer) : Found::no;
}

Found View::is_replaced(const GroupView& group) const noexcept {
  GroupView newer;
  return has_delta_ ? delta_.group_by_gid(group.gid, newer) : Found::no;
}

/// The delta's record, or the base's if the delta does not know its id.
template <class Record, class Search>
Found View::newest_of(Search&& search, Record& found) const noexcept {
  if (has_delta_) {
    const Found in_delta = search(delta_);
    if (in_delta != Found::no) return in_delta;
  }
  const Found in_base = search(base_);
  if (in_base != Found::yes) return in_base;
  switch (is_replaced(found)) {
    case Found::yes: return Found::no;
    case Found::no: return Found::yes;
    case Found::damaged: break;
  }
  return Found::damaged;
}

Found View::account(const char* name, std::size_t size, AccountView& found) const noexcept {
  const auto by_name = [&](const Image& image) { return image.account_by_name(name, size, found); };
  const Found named = newest_of(by_name, found);
  const bool may_be_alias =
      named == Found::no && size <= kLongestAddress &&
      base_.header().by_alias.slots + (has_delta_ ? delta_.header().by_alias.slots : 0U) > 0 &&
      memchr(name, '@', size) != nullptr;
  if (!may_be_alias) return named;
  const AliasDigest digest = digest_of_alias(base_.header().salt, name, size);
  const auto by_alias = [&](const Image& image) { return image.account_by_alias(digest, found); };
  return newest_of(by_alias, found);
}

Found View::account(std::uint32_t uid, AccountView& found) const noexcept {
  Found known = has_delta_ ? delta_.account_by_uid(uid, found) : Found::no;
  if (known == Found::no) known = base_.account_by_uid(uid, found);
  return known == Found::yes && found.is_gone ? Found::no : known;
}

Found View::group(const char* name, std::size_t size, GroupView& found) const noexcept {
  return newest_of([&](const Image& image) { return image.group_by_name(name, size, found); },
                   found);
}

Found View::group(std::uint32_t gid, GroupView& found) const noexcept {
  Found known = has_delta_ ? delta_.group_by_gid(gid, found) : Found::no;
  if (known == Found::no) known = base_.group_by_gid(gid, found);
  return known == Found::yes && found.is_gone ? Found::no : known;
}

/// The next record of a kind that counts: first the delta's, then the base's that it leaves.
template <class Record, class Read>
Found View::walk(Cursor& cursor, RecordKind kind, Read&& read, Record& found) const noexcept {
  if (!has_delta_) cursor.in_base = true;
  for (;;) {
    const Image& image = cursor.in_base ? base_ : delta_;
    const std::uint64_t offset = cursor.offset;
    RecordHead head;
    const Found more = image.next(cursor.offset, head);
    if (more == Found::damaged) return more;
    if (more == Found::no) {
      if (cursor.in_base) return Found::no;
      cursor = {true, sizeof(Header)};
      continue;
    }
    if (head.kind != kind) continue;
    if (read(image, offset) != Found::yes) return Found::damaged;
    const Found replaced = cursor.in_base ? is_replaced(found) : Found::no;
    if (replaced == Found::damaged) return replaced;
    if (replaced == Found::no) return Found::yes;
  }
}

Found View::next(Cursor& cursor, AccountView& found) const noexcept {
  return walk(
      cursor, RecordKind::account,
      [&](const Image& image, std::uint64_t offset) { return image.account_at(offset, found); },
      found);
}

Found View::next(Cursor& cursor, GroupView& found) const noexcept {
  return walk(
      cursor, RecordKind::group,
      [&](const Image& image, std::uint64_t offset) { return image.group_at(offset, found); },
      found);
}

}  // namespace portal::snapshot
