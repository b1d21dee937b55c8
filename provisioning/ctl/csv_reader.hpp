#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace portal::ctl {

/// One record of a CSV file, or why it is none.
struct CsvRecord {
  std::int64_t line = 1;  ///< where it begins, the first line is 1
  std::vector<std::string> fields;
  std::string fault;  ///< empty: the fields are good
};

/// Reads CSV (RFC 4180) one record at a time in bounded memory: with or without byte order mark,
/// lines ended by CRLF or LF, quoted fields with line breaks inside, a comma or a semicolon between
/// fields (the header row tells). A faulty record is reported and skipped, so that a reader learns
/// of every fault at once. Empty lines are passed over.
class CsvReader {
 public:
  static constexpr std::size_t kLongestField = 1'024;
  static constexpr std::size_t kMostFields = 64;
  /// A quoted field may not run on over more lines than this: a quote that is never closed would
  /// swallow the file.
  static constexpr int kMostLinesInField = 16;

  /// `in` must outlive the reader.
  explicit CsvReader(std::istream& in);

  /// The next record; nothing at the end of the file.
  std::optional<CsvRecord> next();
  /// How much of the file has been taken into records.
  std::uint64_t bytes() const noexcept { return read_ - (buffer_.size() - at_); }
  /// The file could not be read to its end.
  bool broken() const;

 private:
  int peek() const {
    return at_ < buffer_.size() ? static_cast<unsigned char>(buffer_[at_]) : kEnd;
  }
  int take();
  bool take_end_of_line();
  void read_plain(std::string& field, CsvRecord& record);
  void read_quoted(std::string& field, CsvRecord& record);
  void read_record(CsvRecord& record);
  void skip_line();
  void refill();
  void guess_separator();

  static constexpr int kEnd = -1;
  std::istream& in_;
  std::string buffer_;  ///< what has been read and not yet taken, from `at_` on
  std::size_t at_ = 0;
  std::uint64_t read_ = 0;
  int last_ = kEnd;  ///< the byte taken last
  std::int64_t line_ = 1;
  char separator_ = ',';
};

}  // namespace portal::ctl
