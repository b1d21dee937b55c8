#include "ctl/persons_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "ctl/json.hpp"
#include "identity/unicode.hpp"

namespace portal::ctl {
namespace {

struct KnownColumn {
  std::string_view name;
  bool required;
};
constexpr std::array<KnownColumn, 8> kColumns = {{{"ahv_number", true},
                                                  {"birth_date", true},
                                                  {"given_name", true},
                                                  {"family_name", true},
                                                  {"portal", true},
                                                  {"audience", true},
                                                  {"language", false},
                                                  {"activation_code", false}}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

const KnownColumn* known(std::string_view name) {
  const auto found = std::ranges::find(kColumns, name, &KnownColumn::name);
  return found == kColumns.end() ? nullptr : &*found;
}

bool may_be_empty(std::string_view name) {
  const KnownColumn* column = known(name);
  return column != nullptr && !column->required;
}

}  // namespace

PersonsFile::PersonsFile(std::istream& in) : in_(in), reader_(in) { read_header(); }

void PersonsFile::note(std::int64_t line, std::string field, std::string detail) {
  faults_.push_back({line, std::move(field), std::move(detail)});
}

void PersonsFile::add_column(std::int64_t line, const std::string& cell) {
  std::string name = in_lower_case(trimmed(cell));
  if (known(name) == nullptr) {
    const bool is_text = count_code_points(name).has_value();
    note(line, is_text ? name : "", "is not a known column");
  } else if (std::ranges::find(columns_, name) != columns_.end()) {
    note(line, name, "is a column that comes twice");
  }
  columns_.push_back(std::move(name));
}

void PersonsFile::read_header() {
  const std::optional<CsvRecord> header = reader_.next();
  if (!header) return note(1, "", "the file is empty; its first line must name the columns");
  if (!header->fault.empty()) return note(header->line, "", header->fault);
  for (const std::string& cell : header->fields) add_column(header->line, cell);
  for (const KnownColumn& column : kColumns) {
    if (column.required && std::ranges::find(columns_, column.name) == columns_.end()) {
      note(header->line, std::string(column.name), "is a column that is missing");
    }
  }
  if (!faults_.empty()) columns_.clear();
}

std::optional<std::string> PersonsFile::row_of(const CsvRecord& record) {
  if (!record.fault.empty()) {
    note(record.line, "", record.fault);
    return std::nullopt;
  }
  if (record.fields.size() != columns_.size()) {
    note(record.line, "",
         "has " + std::to_string(record.fields.size()) + " fields where the " + "header row has " +
             std::to_string(columns_.size()));
    return std::nullopt;
  }
  std::string row = "{\"line\":" + std::to_string(record.line);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view cell = trimmed(record.fields[i]);
    if (!count_code_points(cell)) {
      note(record.line, columns_[i], "is not UTF-8; save the file as \"CSV UTF-8\"");
      return std::nullopt;
    }
    if (cell.empty() && may_be_empty(columns_[i])) continue;
    row += ',' + json_quoted(columns_[i]) + ':' + json_quoted(cell);
  }
  return row + '}';
}

std::optional<RowsChunk> PersonsFile::next_chunk() {
  if (columns_.empty()) return std::nullopt;
  RowsChunk chunk;
  while (chunk.rows < kRowsPerChunk && chunk.json.size() < kBytesPerChunk) {
    const std::optional<CsvRecord> record = reader_.next();
    if (!record) break;
    const std::optional<std::string> row = row_of(*record);
    if (!row) continue;
    chunk.json += (chunk.rows == 0 ? "" : ",") + *row;
    chunk.rows += 1;
  }
  if (reader_.broken()) note(0, "", "the file could not be read to its end");
  if (chunk.rows == 0) return std::nullopt;
  chunk.json = "{\"rows\":[" + chunk.json + "]}";
  return chunk;
}

}  // namespace portal::ctl
