#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "snapshot/folder.hpp"
#include "snapshot/opened_snapshot.hpp"
#include "snapshot/records.hpp"

namespace portal::snapshot {

/// Where a full base comes from: it takes one record after the other, and writes them as they come.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// Fail: denied, malformed (see check in records.hpp), unavailable. Then nothing is published.
  virtual Result<void> add(const Account& account) = 0;
  virtual Result<void> add(const Group& group) = 0;
};

/// What has changed since the last publication. A record replaces the one of its uid or gid.
struct Changes {
  std::vector<Account> accounts;
  std::vector<Group> groups;
  std::vector<std::uint32_t> gone_uids;
  std::vector<std::uint32_t> gone_gids;
};

/// What a publication wrote.
struct Published {
  std::uint64_t base_id = 0;
  std::uint32_t delta_number = 0;
  std::uint64_t bytes = 0;  ///< written for it; 0: nothing had changed
};

/// The one writer of a folder that NSS answers from. Each publication is whole or did not happen:
/// after any failure, crash or loss of power readers have the one before it. A file is verified
/// before it is pointed to. For one thread.
class SnapshotWriter {
 public:
  struct Options {
    std::filesystem::path folder = kFolder;
    Rules rules;
    /// Called between the steps of a publication with the name of the last; for tests.
    std::function<void(std::string_view)> after_step;
  };

  /// Takes the folder, as Folder::open. What is published there goes on being published; if it is
  /// damaged, there is none, or it was published under other rules, a base must come first.
  /// Fails: conflict (another writer), malformed (rules), denied, unavailable.
  static Result<SnapshotWriter> open(Options options);

  /// Not after a publication that failed when others may have seen it already, either.
  bool has_base() const noexcept { return current_.has_value(); }
  /// What is published now. Only if has_base().
  const OpenedSnapshot& current() const { return *current_; }

  /// The key for `address`, in this folder alone: its files have a salt of their own. The address
  /// is an EmailAddress::key(): ASCII, at most 254 bytes.
  AliasKey alias_key(std::string_view address) const noexcept;

  /// Publishes what `fill` gives and nothing else. A failure of `fill` is passed on.
  /// Fails: conflict (two records with one name, id or alias), denied, malformed, unavailable.
  Result<Published> publish_base(FunctionRef<Result<void>(RecordSink&)> fill);

  /// Publishes changes as a delta on the base, with those of the deltas before it. What changes
  /// nothing is left out, and if nothing is left, nothing is published. Fails: not_found (no base
  /// yet), conflict, denied, malformed, unavailable.
  Result<Published> publish(const Changes& changes);

  /// Whether the delta is so large that a base should be made of it (512 KiB: it is written whole
  /// for each change).
  bool wants_merge() const noexcept;
  /// Publishes base and delta as a new base. Takes seconds for a million accounts; what is
  /// published does not change. Fails: not_found (no base yet), unavailable.
  Result<Published> merge();

 private:
  using Salt = std::array<std::uint8_t, 16>;

  SnapshotWriter(Options options, Folder folder, Salt salt);
  void step(std::string_view name) const;
  class Unpublished;
  Result<Published> publish_file(Unpublished& file, std::uint64_t base_id,
                                 std::uint32_t delta_number);

  Options options_;
  Folder folder_;
  Salt salt_;
  std::optional<OpenedSnapshot> current_;
};

}  // namespace portal::snapshot
