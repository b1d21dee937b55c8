#include "snapshot/delta.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace portal::snapshot {
namespace {

Error damaged() { return {Errc::malformed, "what is published is damaged"}; }

/// Changes the entry of `id`; says whether it was another, or what is published where there was
/// none. The last word on an id counts, also when it brings back what is published.
template <class Value>
Result<bool> change(std::map<std::uint32_t, std::optional<Value>>& delta, std::uint32_t id,
                    std::optional<Value> value, const Result<std::optional<Value>>& published) {
  if (!published) return fail(published.error());
  const auto [entry, is_new] = delta.try_emplace(id, *published);
  if (entry->second == value) {
    if (is_new) delta.erase(entry);
    return false;
  }
  entry->second = std::move(value);
  return true;
}

/// Whether a key of the delta's record `id` leads to another record in the base that still counts.
template <class Entries>
Result<void> judge(Found found, std::uint32_t found_id, std::uint32_t id, const Entries& delta,
                   std::string_view what) {
  if (found == Found::damaged) return fail(damaged());
  if (found == Found::no || found_id == id || delta.contains(found_id)) return {};
  return fail(Errc::conflict, std::string(what) + " " + std::to_string(id) +
                                  " has a name or alias of " + std::to_string(found_id));
}

/// Two of the delta itself with one key.
template <class Key>
Result<void> claim(std::map<Key, std::uint32_t>& owners, const Key& key, std::uint32_t id,
                   std::string_view what) {
  const auto [owner, fresh] = owners.emplace(key, id);
  if (fresh || owner->second == id) return {};
  return fail(Errc::conflict, std::string(what) + " " + std::to_string(id) +
                                  " has a name or alias of " + std::to_string(owner->second));
}

Result<void> check_account(const Image& base, const Delta& delta, const Account& account,
                           std::map<AliasKey, std::uint32_t>& aliases) {
  AccountView other;
  Found found = base.account_by_name(account.name.c_str(), account.name.size(), other);
  Result<void> judged = judge(found, other.uid, account.uid, delta.accounts, "account");
  for (const AliasKey& alias : account.aliases) {
    if (judged) judged = claim(aliases, alias, account.uid, "account");
    if (!judged) return judged;
    AliasDigest digest{};
    std::copy(alias.begin(), alias.end(), digest.bytes);
    found = base.account_by_alias(digest, other);
    judged = judge(found, other.uid, account.uid, delta.accounts, "account");
  }
  return judged;
}

}  // namespace

Result<Delta> delta_of(const View& view) {
  Delta delta;
  if (view.delta() == nullptr) return delta;
  const Image& image = *view.delta();
  std::uint64_t offset = sizeof(Header);
  for (;;) {
    const std::uint64_t at = offset;
    RecordHead head;
    const Found more = image.next(offset, head);
    if (more == Found::no) return delta;
    if (more == Found::damaged) return fail(damaged());
    const bool is_group = head.kind == RecordKind::group || head.kind == RecordKind::group_gone;
    AccountView account;
    GroupView group;
    const Found found = is_group ? image.group_at(at, group) : image.account_at(at, account);
    if (found != Found::yes) return fail(damaged());
    if (is_group) {
      delta.groups[group.gid] =
          group.is_gone ? std::nullopt : std::optional<Group>(group_from(group));
    } else {
      delta.accounts[account.uid] =
          account.is_gone ? std::nullopt : std::optional<Account>(account_from(account));
    }
  }
}

Result<bool> apply(const Changes& changes, const OpenedSnapshot& current, Delta& delta) {
  bool differs = false;
  const auto note = [&](Result<bool> changed) -> Result<void> {
    if (!changed) return fail(std::move(changed).error());
    differs = differs || *changed;
    return {};
  };
  Result<void> done;
  for (const Account& account : changes.accounts) {
    const auto published = current.account(account.uid);
    if (done) done = note(change<Account>(delta.accounts, account.uid, account, published));
  }
  for (const std::uint32_t uid : changes.gone_uids) {
    const auto published = current.account(uid);
    if (done) done = note(change<Account>(delta.accounts, uid, std::nullopt, published));
  }
  for (const Group& group : changes.groups) {
    const auto published = current.group(group.gid);
    if (done) done = note(change<Group>(delta.groups, group.gid, group, published));
  }
  for (const std::uint32_t gid : changes.gone_gids) {
    const auto published = current.group(gid);
    if (done) done = note(change<Group>(delta.groups, gid, std::nullopt, published));
  }
  if (!done) return fail(std::move(done).error());
  return differs;
}

Result<void> check_names(const View& view, const Delta& delta) {
  std::map<std::string, std::uint32_t> names;
  std::map<AliasKey, std::uint32_t> aliases;
  for (const auto& [uid, account] : delta.accounts) {
    if (!account) continue;
    Result<void> free = claim(names, account->name, uid, "account");
    if (free) free = check_account(view.base(), delta, *account, aliases);
    if (!free) return free;
  }
  std::map<std::string, std::uint32_t> group_names;
  for (const auto& [gid, group] : delta.groups) {
    if (!group) continue;
    Result<void> free = claim(group_names, group->name, gid, "group");
    if (!free) return free;
    GroupView other;
    const Found found = view.base().group_by_name(group->name.c_str(), group->name.size(), other);
    free = judge(found, other.gid, gid, delta.groups, "group");
    if (!free) return free;
  }
  return {};
}

}  // namespace portal::snapshot
