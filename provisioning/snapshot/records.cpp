#include "snapshot/records.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace portal::snapshot {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestText = 8192;
constexpr std::size_t kMostPerAccount = 4096;  ///< groups, and aliases

// What decides by a name, decides for these: sudoers, polkit, udev, device files.
constexpr std::string_view kSystemNames[] = {
    "root",    "daemon", "bin",      "sys",       "adm",          "tty",     "disk",
    "lp",      "mail",   "news",     "uucp",      "man",          "proxy",   "kmem",
    "dialout", "fax",    "voice",    "cdrom",     "floppy",       "tape",    "sudo",
    "audio",   "dip",    "www-data", "backup",    "operator",     "list",    "irc",
    "gnats",   "shadow", "utmp",     "video",     "sasl",         "plugdev", "staff",
    "games",   "users",  "nogroup",  "nobody",    "sync",         "wheel",   "admin",
    "docker",  "lxd",    "lxc",      "libvirt",   "libvirt-qemu", "kvm",     "input",
    "sgx",     "render", "netdev",   "bluetooth", "scanner",      "lpadmin", "ssl-cert",
    "crontab", "_ssh",   "ssh",      "sshd",      "postgres",     "mysql",   "openldap",
    "portald", "nslcd",  "sssd",     "polkitd",   "messagebus",   "uuidd",   "wireshark",
    "podman"};

bool is_system_name(std::string_view name) {
  return name.starts_with("systemd-") || std::find(std::begin(kSystemNames), std::end(kSystemNames),
                                                   name) != std::end(kSystemNames);
}

bool contains(const IdRange& range, std::uint32_t id) {
  return range.first <= id && id <= range.last;
}

bool is_listed(const Rules& rules, std::uint32_t gid) {
  return std::find(rules.listed_gids.begin(), rules.listed_gids.end(), gid) !=
         rules.listed_gids.end();
}

bool allows_gid(const Rules& rules, std::uint32_t gid) {
  return (contains(rules.gids, gid) && !is_system_id(gid)) || is_listed(rules, gid);
}

bool fits_a_line(std::string_view text) {
  return text.size() <= kLongestText && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == ':';
         });
}

bool is_name(std::string_view name) {
  const bool is_number =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return !name.empty() && name.size() <= kLongestName && name.front() != '-' && !is_number &&
         name != "." && name != ".." && fits_a_line(name) &&
         name.find_first_of(" ,/+\\\"'!#*") == std::string_view::npos;
}

Error refusal(Errc code, std::string_view what, std::uint32_t id, std::string_view why) {
  return {code, std::string(what) + " " + std::to_string(id) + ": " + std::string(why)};
}

std::vector<std::uint32_t> numbers_at(const std::byte* bytes, std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  if (count > 0) std::memcpy(numbers.data(), bytes, count * sizeof(std::uint32_t));
  return numbers;
}

}  // namespace

Result<void> check(const Rules& rules) {
  for (const IdRange& range : {rules.uids, rules.gids}) {
    if (range.first < kFirstPersonId || range.first > range.last || is_system_id(range.last)) {
      return fail(Errc::malformed, "the ids for persons must be a range from 1000 upwards");
    }
  }
  if (rules.listed_gids.size() > kListedGids) {
    return fail(Errc::malformed, "more than 30 gids are listed");
  }
  if (is_listed(rules, 0)) return fail(Errc::malformed, "gid 0 cannot be listed");
  return {};
}

Result<void> check(const Account& account, const Rules& rules) {
  const auto refused = [&](Errc code, std::string_view why) {
    return fail(refusal(code, "account", account.uid, why));
  };
  if (!contains(rules.uids, account.uid) || is_system_id(account.uid)) {
    return refused(Errc::denied, "its uid is outside the range");
  }
  if (!allows_gid(rules, account.gid)) return refused(Errc::denied, "its gid is not allowed");
  for (const std::uint32_t gid : account.groups) {
    if (!allows_gid(rules, gid)) return refused(Errc::denied, "one of its groups is not allowed");
  }
  if (!is_name(account.name)) return refused(Errc::malformed, "its name is none");
  if (is_system_name(account.name)) return refused(Errc::denied, "its name is the system's");
  if (!fits_a_line(account.gecos) || !fits_a_line(account.home) || !fits_a_line(account.shell)) {
    return refused(Errc::malformed, "a text with a colon or a control character, or too long");
  }
  if (account.groups.size() > kMostPerAccount || account.aliases.size() > kMostPerAccount) {
    return refused(Errc::malformed, "too many groups or aliases");
  }
  return {};
}

Result<void> check(const Group& group, const Rules& rules) {
  const auto refused = [&](Errc code, std::string_view why) {
    return fail(refusal(code, "group", group.gid, why));
  };
  if (!allows_gid(rules, group.gid)) return refused(Errc::denied, "its gid is not allowed");
  if (!is_name(group.name)) return refused(Errc::malformed, "its name is none");
  if (is_system_name(group.name) && !is_listed(rules, group.gid)) {
    return refused(Errc::denied, "its name is the system's");
  }
  for (const std::string& member : group.members) {
    if (!is_name(member)) return refused(Errc::malformed, "a member's name is none");
  }
  return {};
}

Account account_from(const AccountView& view) {
  Account account;
  account.name = view.text;
  account.uid = view.uid;
  account.gid = view.gid;
  account.gecos = view.text + view.record.gecos;
  account.home = view.text + view.record.home;
  account.shell = view.text + view.record.shell;
  account.groups = numbers_at(view.gids, view.record.group_count);
  account.aliases.resize(view.record.alias_count);
  if (view.record.alias_count > 0) {
    std::memcpy(account.aliases.data(), view.aliases, view.record.alias_count * kAliasSize);
  }
  return account;
}

Group group_from(const GroupView& view) {
  Group group;
  group.name = view.text;
  group.gid = view.gid;
  for (const std::uint32_t offset : numbers_at(view.members, view.record.member_count)) {
    if (offset < view.record.text_size) group.members.emplace_back(view.text + offset);
  }
  return group;
}

}  // namespace portal::snapshot
