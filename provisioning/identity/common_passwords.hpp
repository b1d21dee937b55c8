#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// The passwords that everybody thinks of (requirement P3): a list from a file, and the words that
/// it lacks in German, French and Italian.
class CommonPasswords {
 public:
  /// A text file of at most 16 MiB, one password a line; '#' lines and empty ones are left out.
  /// Fails: not_found, malformed (too large, not UTF-8, or nothing in it), unavailable.
  static Result<CommonPasswords> load(const std::filesystem::path& file);

  /// Whether the password (case-folded) is one of them, also with digits and special characters put
  /// around it and with letters written as digits: "P@ssw0rt1!", "Sommer2024!". What was put around
  /// does not excuse it unless it is a password's length (8) by itself.
  bool contains(const Secret& folded) const;

  /// How many the file gave; at least 3,000 are wanted.
  std::size_t count() const noexcept { return count_; }

 private:
  bool lists(std::string_view word) const;
  bool lists_in_disguise(std::string_view word) const;

  std::vector<std::string> words_;  ///< case-folded, sorted
  std::size_t count_ = 0;
};

}  // namespace portal
