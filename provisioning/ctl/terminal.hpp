#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/arguments.hpp"
#include "ctl/connection.hpp"
#include "ctl/json.hpp"

namespace portal::ctl {

/// A column of a list: its title for people, and the member that it shows.
struct Column {
  std::string_view title;
  std::string_view member;
};

/// Everything that the command prints: results to standard output, notes, warnings and errors to
/// standard error.
class Terminal {
 public:
  Terminal(Format format, bool quiet) : format_(format), quiet_(quiet) {}

  Format format() const noexcept { return format_; }
  bool quiet() const noexcept { return quiet_; }

  /// A list: the answer itself, a table, or CSV.
  void list(const Reply& reply, std::string_view member, const std::vector<Column>& columns) const;
  /// One thing: the answer itself, or one line for each fact; empty facts are left out.
  void facts(const Reply& reply, const Json& thing, const std::vector<Column>& columns) const;
  void result(std::string_view line) const;
  /// A result of several lines, each with its end.
  void text(std::string_view lines) const;
  /// A sentence for people; not with --quiet or --json.
  void note(std::string_view sentence) const;
  /// Why nothing, or not everything, was done: a sentence, and with --json an object with `code`
  /// and `detail`, as the daemon's refusals have them.
  void refuse(std::string_view code, std::string_view sentence) const;
  static void warn(std::string_view sentence);
  static void complain(std::string_view sentence);

 private:
  void as_csv(const std::vector<Json>& things, const std::vector<Column>& columns) const;

  Format format_;
  bool quiet_;
};

}  // namespace portal::ctl
