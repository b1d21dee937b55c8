#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/csv_reader.hpp"

namespace portal::ctl {

/// What is wrong with one line of a file.
struct LineFault {
  std::int64_t line = 0;
  std::string field;  ///< a column's name; empty: the whole line
  std::string detail;
};

/// What is wrong with lines of a file: the first so many faults, and how many there are.
class FaultList {
 public:
  static constexpr std::size_t kMostKept = 1'000;

  void add(LineFault fault) {
    ++count_;
    if (kept_.size() < kMostKept) kept_.push_back(std::move(fault));
  }
  std::size_t count() const noexcept { return count_; }
  const std::vector<LineFault>& kept() const noexcept { return kept_; }

 private:
  std::size_t count_ = 0;
  std::vector<LineFault> kept_;
};

/// Rows of a file as the API takes them: `{"rows": […]}`.
struct RowsChunk {
  std::string json;
  std::size_t rows = 0;
};

/// Reads a file of persons: a header row with the columns' names in any order, then one row for
/// each person and portal (requirement J6). Judges only what is CSV; what the cells mean, the
/// daemon knows.
class PersonsFile {
 public:
  /// Half of what the daemon takes: two chunks are under way, and memory stays small.
  static constexpr std::size_t kRowsPerChunk = 500;
  /// A chunk is also ended before it outgrows the daemon's limit of 1 MiB.
  static constexpr std::size_t kBytesPerChunk = std::size_t{768} * 1024;

  /// Reads the header row. A file without a usable one has faults, and no rows.
  explicit PersonsFile(std::istream& in);

  /// The next rows, at least one; nothing at the end of the file. Faulty lines are left out and
  /// noted.
  std::optional<RowsChunk> next_chunk();
  /// Those noted until now.
  const FaultList& faults() const noexcept { return faults_; }
  /// How much of the file has been read into rows.
  std::uint64_t bytes() const noexcept { return reader_.bytes(); }

 private:
  struct Column {
    std::string name;
    std::string as_member;  ///< `,"name":`
    bool may_be_empty = false;
  };

  void read_header();
  void add_column(std::int64_t line, const std::string& cell);
  /// Appends the row; false, and noted, if it is none.
  bool append_row(const CsvRecord& record, std::string& json);
  void note(std::int64_t line, std::string field, std::string detail);

  std::istream& in_;
  CsvReader reader_;
  std::vector<Column> columns_;
  FaultList faults_;
};

}  // namespace portal::ctl
