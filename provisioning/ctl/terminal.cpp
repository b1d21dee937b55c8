#include "ctl/terminal.hpp"

#include <iostream>

#include "base/log.hpp"
#include "ctl/csv_writer.hpp"
#include "ctl/table.hpp"

namespace portal::ctl {

void Terminal::as_csv(const std::vector<Json>& things, const std::vector<Column>& columns) const {
  std::vector<std::string> head;
  head.reserve(columns.size());
  for (const Column& column : columns) head.emplace_back(column.member);
  std::cout << csv_line(head);
  for (const Json& thing : things) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const Column& column : columns) cells.push_back(thing.text(column.member));
    std::cout << csv_line(cells);
  }
}

void Terminal::list(const Reply& reply, std::string_view member,
                    const std::vector<Column>& columns) const {
  if (format_ == Format::json) return result(reply.body);
  const std::optional<Json> body = Json::parse(reply.body);
  const std::vector<Json> things = body ? body->items(member) : std::vector<Json>();
  if (format_ == Format::csv) return as_csv(things, columns);
  Rows rows(1);
  for (const Column& column : columns) rows.front().emplace_back(column.title);
  for (const Json& thing : things) {
    auto& cells = rows.emplace_back();
    for (const Column& column : columns) cells.push_back(thing.text(column.member));
  }
  std::cout << aligned(rows);
}

void Terminal::facts(const Reply& reply, const Json& thing,
                     const std::vector<Column>& columns) const {
  if (format_ == Format::json) return result(reply.body);
  if (format_ == Format::csv) return as_csv({thing}, columns);
  Rows rows;
  for (const Column& column : columns) {
    const std::string value = thing.text(column.member);
    if (!value.empty()) rows.push_back({std::string(column.title), value});
  }
  std::cout << aligned(rows);
}

void Terminal::result(std::string_view line) const { std::cout << line << '\n'; }

void Terminal::text(std::string_view lines) const { std::cout << lines; }

void Terminal::note(std::string_view sentence) const {
  if (!quiet_ && format_ == Format::table) std::cerr << sentence << '\n';
}

void Terminal::refuse(std::string_view code, std::string_view sentence) const {
  if (format_ != Format::json) return complain(sentence);
  std::cerr << json_object({{"code", code}, {"detail", sentence}}) << '\n';
}

void Terminal::warn(std::string_view sentence) {
  std::cerr << "portalctl: warning: " << escaped_for_log(sentence) << '\n';
}

void Terminal::complain(std::string_view sentence) {
  std::cerr << "portalctl: " << escaped_for_log(sentence) << '\n';
}

}  // namespace portal::ctl
