#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "ctl/csv_reader.hpp"

namespace portal::ctl {

/// What is wrong with one line of a file.
struct LineFault {
  std::int64_t line = 0;
  std::string field;  ///< a column's name; empty: the whole line
  std::string detail;
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
  static constexpr std::size_t kRowsPerChunk = 1'000;
  /// A chunk is also ended before it outgrows the daemon's limit of 1 MiB.
  static constexpr std::size_t kBytesPerChunk = std::size_t{768} * 1024;

  /// Reads the header row. A file without a usable one has faults, and no rows.
  explicit PersonsFile(std::istream& in);

  /// The next rows, at least one; nothing at the end of the file. Faulty lines are left out and
  /// noted.
  std::optional<RowsChunk> next_chunk();
  /// Those noted until now.
  const std::vector<LineFault>& faults() const noexcept { return faults_; }

 private:
  void read_header();
  void add_column(std::int64_t line, const std::string& cell);
  std::optional<std::string> row_of(const CsvRecord& record);
  void note(std::int64_t line, std::string field, std::string detail);

  std::istream& in_;
  CsvReader reader_;
  std::vector<std::string> columns_;
  std::vector<LineFault> faults_;
};

}  // namespace portal::ctl
