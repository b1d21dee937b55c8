#include "daemon/reading.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <numeric>

#include "base/file.hpp"

namespace portal {
namespace {

constexpr std::size_t kTextFileLimit = std::size_t{1024} * 1024;

/// How many insertions, deletions and exchanges of one letter lie between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, exchanged});
    }
  }
  return row[b.size()];
}

}  // namespace

Reading::Reading(std::filesystem::path file) : file_(std::move(file)) {}

void Reading::report(TextPosition position, std::string text) {
  problems_.push_back({position, std::move(text)});
}

std::filesystem::path Reading::resolve(std::string_view path) const {
  return (std::filesystem::absolute(file_).parent_path() / path).lexically_normal();
}

void Reading::want_private(TextPosition position, const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return;
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  report(position, file.string() + " can be used by group or others and holds a secret; make it " +
                       "private: chmod 600");
}

std::string Reading::read_text(TextPosition position, const std::filesystem::path& file) {
  Result<std::string> text = read_text_file(file, kTextFileLimit);
  if (text) return std::move(*text);
  report(position, text.error().detail);
  return {};
}

std::string Reading::report_text() const {
  std::vector<ConfigurationProblem> ordered = problems_;
  std::ranges::stable_sort(ordered, {}, [](const ConfigurationProblem& problem) {
    return std::pair(problem.position.line, problem.position.column);
  });
  std::string text;
  for (const ConfigurationProblem& problem : ordered) {
    if (!text.empty()) text += '\n';
    text += file_.string() + ":" + std::to_string(problem.position.line) + ":" +
            std::to_string(problem.position.column) + ": " + problem.text;
  }
  return text;
}

std::string nearest_name(std::string_view typed, const std::vector<std::string>& known) {
  std::string nearest;
  // A third of the letters may differ: "prot" is "port", "x" is nothing.
  std::size_t best = typed.size() / 3 + 2;
  for (const std::string& name : known) {
    const std::size_t there = distance(typed, name);
    if (there < best && there < name.size()) {
      best = there;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace portal
