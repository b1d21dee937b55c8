#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"

namespace portal::ctl {

/// A CSV file for the letter printer: mode 0600, new, never over one that is there. It holds codes
/// that can be read nowhere else, so each line is in it before the next code is asked for.
class LettersFile {
 public:
  /// Makes the file and writes its head. Fails: conflict (exists), unavailable.
  static Result<LettersFile> create(std::filesystem::path path,
                                    const std::vector<std::string>& head);
  /// Writes one line; what a spreadsheet would take for a formula is neutralised (requirement J6).
  /// Fails: unavailable (nothing of the line is in the file).
  Result<void> add(const std::vector<std::string>& cells);
  /// Makes it durable. Fails: unavailable.
  Result<void> finish();
  /// Removes the file: nothing is in it.
  void discard();

 private:
  LettersFile(std::filesystem::path path, FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  FileDescriptor file_;
  off_t length_ = 0;  ///< of the whole lines
};

}  // namespace portal::ctl
