#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "snapshot/records.hpp"

namespace portal::snapshot {

/// What a file's header says beside what is counted.
struct ImageHead {
  FileKind kind = FileKind::base;
  std::uint64_t base_id = 0;
  std::uint32_t delta_number = 0;
  std::array<std::uint8_t, 16> salt{};
  std::int64_t created = 0;
  Rules rules;
};

/// Writes one base or delta, record by record; keeps 16 bytes for each key in memory.
class ImageBuilder {
 public:
  /// Makes the file, which everybody may read. Fails: conflict (it exists), unavailable.
  static Result<ImageBuilder> create(const std::filesystem::path& file, ImageHead head);

  /// Fail: denied, malformed (see check), unavailable.
  Result<void> add(const Account& account);
  Result<void> add(const Group& group);
  Result<void> add_gone_account(std::uint32_t uid);
  Result<void> add_gone_group(std::uint32_t gid);

  /// Writes the tables and the header, and makes the file durable. Fails: unavailable.
  Result<void> finish();

 private:
  struct Key {
    std::uint64_t hash;
    std::uint32_t place;
  };
  using Keys = std::vector<Key>;

  ImageBuilder(FileDescriptor file, std::filesystem::path path, ImageHead head);
  Result<std::uint32_t> append_record(std::size_t size);
  Result<void> append(const void* bytes, std::size_t size);
  Result<void> flush();
  Result<Table> append_table(const Keys& keys);

  FileDescriptor file_;
  std::filesystem::path path_;
  ImageHead head_;
  Header header_;
  Mixer body_;
  std::uint64_t size_ = sizeof(Header);
  std::vector<std::byte> pending_;
  std::vector<std::byte> record_;
  Keys by_name_, by_uid_, by_alias_, by_group_name_, by_gid_;
};

}  // namespace portal::snapshot
