#pragma once

#include <cstdint>
#include <filesystem>

#include "base/file.hpp"
#include "base/result.hpp"
#include "snapshot/core/opening.hpp"

namespace portal::snapshot {

/// The folder that readers look at, for its one writer: the steps of a publication, each of which
/// leaves it whole.
class Folder {
 public:
  /// Makes the folder (not those above it) and the control file if they are not there, removes what
  /// a former writer left unfinished, and moves the generation word once, so that every reader
  /// looks anew. Fails: conflict (another process writes here), denied (others may write to the
  /// folder), unavailable.
  static Result<Folder> open(const std::filesystem::path& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&&) = delete;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Higher than that of any file that is there.
  Result<std::uint64_t> unused_base_id() const;

  /// Makes what was written into the folder durable. Fails: unavailable.
  Result<void> sync() const;
  /// Writes and renames the manifest, durably. Fails: unavailable.
  Result<void> point_to(std::uint64_t base_id, std::uint32_t delta_number) const;
  /// Tells the readers.
  void move_generation() noexcept;
  /// Removes every base and delta but these. What fails stays until the next time.
  void remove_all_but(std::uint64_t base_id, std::uint32_t delta_number) const noexcept;

 private:
  Folder(std::filesystem::path path, FileDescriptor place, FileDescriptor lock);
  Result<void> open_control();
  Result<void> replace_control();
  Result<void> replace_file(const char* name, const void* bytes, std::size_t size) const;

  std::filesystem::path path_;
  FileDescriptor place_;
  FileDescriptor lock_;
  Control* control_ = nullptr;
};

}  // namespace portal::snapshot
