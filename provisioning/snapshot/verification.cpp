#include "snapshot/verification.hpp"

#include <cerrno>
#include <cstring>

#include "snapshot/opened_snapshot.hpp"

namespace portal::snapshot {
namespace {

std::string named(std::string_view what, std::uint32_t id) {
  return std::string(what) + " " + std::to_string(id);
}

/// Judges what a record's own key leads to.
Result<void> judge(Found found, bool same, const std::string& whose, std::string_view key) {
  switch (found) {
    case Found::yes:
      if (same) return {};
      return fail(Errc::conflict, whose + " is not the only one with its " + std::string(key));
    case Found::no:
      return fail(Errc::malformed, whose + " is not found by its " + std::string(key));
    case Found::damaged: break;
  }
  return fail(Errc::malformed,
              whose + ": what is found by its " + std::string(key) + " is damaged");
}

Result<void> verify_account(const Image& image, std::uint64_t offset) {
  AccountView account;
  if (image.account_at(offset, account) != Found::yes) {
    return fail(Errc::malformed, "a damaged account at " + std::to_string(offset));
  }
  const std::string whose = named("account", account.uid);
  AccountView other;
  Found found = image.account_by_uid(account.uid, other);
  Result<void> judged = judge(found,
                              other.record.head.size == account.record.head.size &&
                                  other.is_gone == account.is_gone && other.text == account.text,
                              whose, "uid");
  if (!judged || account.is_gone) return judged;
  found = image.account_by_name(account.text, account.record.password - 1U, other);
  judged = judge(found, other.text == account.text, whose, "name");
  for (std::size_t i = 0; judged && i < account.record.alias_count; ++i) {
    AliasDigest digest{};
    std::memcpy(digest.bytes, account.aliases + i * kAliasSize, kAliasSize);
    found = image.account_by_alias(digest, other);
    judged = judge(found, other.text == account.text, whose, "alias");
  }
  for (std::size_t i = 0; judged && i < account.record.group_count; ++i) {
    std::uint32_t gid = 0;
    std::memcpy(&gid, account.gids + i * sizeof gid, sizeof gid);
    if (!image.allows_gid(gid))
      return fail(Errc::malformed, whose + " is in a group of the system");
  }
  return judged;
}

Result<void> verify_group(const Image& image, std::uint64_t offset) {
  GroupView group;
  if (image.group_at(offset, group) != Found::yes) {
    return fail(Errc::malformed, "a damaged group at " + std::to_string(offset));
  }
  const std::string whose = named("group", group.gid);
  GroupView other;
  Found found = image.group_by_gid(group.gid, other);
  Result<void> judged =
      judge(found, other.is_gone == group.is_gone && other.text == group.text, whose, "gid");
  if (!judged || group.is_gone) return judged;
  found = image.group_by_name(group.text, group.record.password - 1U, other);
  judged = judge(found, other.text == group.text, whose, "name");
  for (std::size_t i = 0; judged && i < group.record.member_count; ++i) {
    std::uint32_t member = 0;
    std::memcpy(&member, group.members + i * sizeof member, sizeof member);
    if (member >= group.record.text_size) {
      return fail(Errc::malformed, whose + " has a member outside of it");
    }
  }
  return judged;
}

/// Each live record, seen through base and delta together, is what its name leads to.
template <class Record>
Result<std::uint64_t> verify_names(const View& view, std::string_view what) {
  std::uint64_t count = 0;
  Cursor cursor;
  Record record;
  for (Found more = view.next(cursor, record);; more = view.next(cursor, record), ++count) {
    if (more == Found::no) return count;
    if (more == Found::damaged) return fail(Errc::malformed, "a damaged record");
    Record other;
    const std::size_t size = record.record.password - 1U;
    const bool same = [&] {
      if constexpr (std::is_same_v<Record, AccountView>) {
        return view.account(record.text, size, other) == Found::yes && other.uid == record.uid;
      } else {
        return view.group(record.text, size, other) == Found::yes && other.gid == record.gid;
      }
    }();
    if (!same) {
      return fail(Errc::conflict, named(what, record.record.head.id) + " shares its name");
    }
  }
}

}  // namespace

Result<void> verify_image(const Image& image) {
  const Header& header = image.header();
  Mixer body;
  body.add(image.start() + sizeof(Header), header.size - sizeof(Header));
  if (body.value() != header.body_checksum) return fail(Errc::malformed, "a wrong checksum");
  std::uint64_t offset = sizeof(Header);
  std::uint64_t accounts = 0;
  std::uint64_t groups = 0;
  for (;;) {
    const std::uint64_t at = offset;
    RecordHead head;
    const Found more = image.next(offset, head);
    if (more == Found::no) break;
    if (more == Found::damaged) return fail(Errc::malformed, "damaged at " + std::to_string(at));
    accounts += head.kind == RecordKind::account ? 1 : 0;
    groups += head.kind == RecordKind::group ? 1 : 0;
    const bool is_group = head.kind == RecordKind::group || head.kind == RecordKind::group_gone;
    Result<void> sound = is_group ? verify_group(image, at) : verify_account(image, at);
    if (!sound) return sound;
  }
  if (accounts != header.accounts || groups != header.groups) {
    return fail(Errc::malformed, "more or fewer records than the header says");
  }
  return {};
}

Result<Verified> verify_snapshot(const std::filesystem::path& folder) {
  const Result<OpenedSnapshot> opened = OpenedSnapshot::open(folder);
  if (!opened) return fail(opened.error());
  const View& view = opened->view();
  Result<void> sound = verify_image(view.base());
  if (sound && view.delta() != nullptr) sound = verify_image(*view.delta());
  if (!sound) return fail(std::move(sound).error());
  const Result<std::uint64_t> accounts = verify_names<AccountView>(view, "account");
  if (!accounts) return fail(accounts.error());
  const Result<std::uint64_t> groups = verify_names<GroupView>(view, "group");
  if (!groups) return fail(groups.error());
  const Header& newest = view.newest().header();
  return Verified{newest.base_id,
                  newest.delta_number,
                  *accounts,
                  *groups,
                  view.base().header().size + (view.delta() != nullptr ? newest.size : 0),
                  newest.created,
                  view.newest().is_enumerable()};
}

}  // namespace portal::snapshot
