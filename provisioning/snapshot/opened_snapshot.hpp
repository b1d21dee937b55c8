#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "snapshot/core/opening.hpp"
#include "snapshot/records.hpp"

namespace portal::snapshot {

/// What was published when it was opened, mapped for as long as this lives.
class OpenedSnapshot {
 public:
  /// Fails: not_found (nothing was ever published), denied (others could have written it),
  /// malformed (damaged), unavailable.
  static Result<OpenedSnapshot> open(const std::filesystem::path& folder);
  OpenedSnapshot(OpenedSnapshot&& other) noexcept;
  OpenedSnapshot& operator=(OpenedSnapshot&& other) noexcept;
  OpenedSnapshot(const OpenedSnapshot&) = delete;
  OpenedSnapshot& operator=(const OpenedSnapshot&) = delete;
  ~OpenedSnapshot();

  const View& view() const noexcept { return opened_.view; }

  /// Nothing if there is none. Fails: malformed (the file is damaged there).
  Result<std::optional<Account>> account(std::uint32_t uid) const;
  Result<std::optional<Account>> account(const std::string& name) const;
  Result<std::optional<Group>> group(std::uint32_t gid) const;
  Result<std::optional<Group>> group(const std::string& name) const;

 private:
  explicit OpenedSnapshot(const Opened& opened) noexcept : opened_(opened) {}

  Opened opened_;
};

}  // namespace portal::snapshot
