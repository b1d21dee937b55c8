#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "snapshot/core/image.hpp"

namespace portal::snapshot {

/// By what an account is found under an e-mail address; see SnapshotWriter::alias_key.
using AliasKey = std::array<std::uint8_t, kAliasSize>;

/// An account as a host sees it. Its uid is what it is known by: names may change.
struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string gecos;
  std::string home;
  std::string shell;
  std::vector<std::uint32_t> groups;  ///< supplementary ones, as initgroups wants them
  std::vector<AliasKey> aliases;
  bool operator==(const Account&) const = default;
};

/// A group as a host sees it, known by its gid. Whoever is a member has the gid in Account::groups,
/// too: whoever fills a snapshot sees to it.
struct Group {
  std::string name;
  std::uint32_t gid = 0;
  std::vector<std::string> members;
  bool operator==(const Group&) const = default;
};

/// What may be published (requirements N3, N4). Kept in each file, where the reader holds each id
/// against it once more.
struct Rules {
  IdRange uids;                            ///< at least 1000
  IdRange gids;                            ///< at least 1000
  std::vector<std::uint32_t> listed_gids;  ///< others that are allowed; at most 30, never 0
  bool enumerable = false;
};

/// Fails: malformed.
Result<void> check(const Rules& rules);

/// Holds an account against the rules: ids, and texts that can stand in a line of passwd(5). A name
/// has 1 to 255 bytes, does not begin with "-", is no number, and is none of a system account's.
/// Fails: denied (an id or a name that is not for persons), malformed.
Result<void> check(const Account& account, const Rules& rules);

/// As above; the name of a system's group ("sudo") is allowed for a listed gid alone.
Result<void> check(const Group& group, const Rules& rules);

/// What lies in a file, as values.
Account account_from(const AccountView& view);
Group group_from(const GroupView& view);

}  // namespace portal::snapshot
