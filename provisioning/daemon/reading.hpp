#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/toml_document.hpp"

namespace portal {

/// One thing that is wrong with a configuration file, with its place.
struct ConfigurationProblem {
  TextPosition position;
  std::string text;
};

/// One reading of a configuration file: knows where the file is, and gathers every problem, so that
/// the administrator sees all of them at once.
class Reading {
 public:
  explicit Reading(std::filesystem::path file);

  void report(TextPosition position, std::string text);
  /// A path as the file means it: relative to the file's folder.
  std::filesystem::path resolve(std::string_view path) const;
  /// Reports a file that group or others can use (it holds a secret). One that is not there yet is
  /// reported by whoever opens it.
  void want_private(TextPosition position, const std::filesystem::path& file);
  /// The content of a text file of at most 1 MiB; reports and gives nothing if it cannot be read.
  std::string read_text(TextPosition position, const std::filesystem::path& file);

  bool clean() const noexcept { return problems_.empty(); }
  /// All problems in the order of the file, one a line: "portald.toml:3:1: …".
  std::string report_text() const;

 private:
  std::filesystem::path file_;
  std::vector<ConfigurationProblem> problems_;
};

/// The name among `known` that `typed` was probably meant to be; empty if none is near.
std::string nearest_name(std::string_view typed, const std::vector<std::string>& known);

}  // namespace portal
