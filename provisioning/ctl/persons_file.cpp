#include "ctl/persons_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/secret.hpp"
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

constexpr std::size_t kLongestRow = std::size_t{128} * 1024;

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

/// Most cells are: then they need no decoding.
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

PersonsFile::PersonsFile(std::istream& in) : in_(in), reader_(in) { read_header(); }

void PersonsFile::note(std::int64_t line, std::string field, std::string detail) {
  faults_.add({line, std::move(field), std::move(detail)});
}

void PersonsFile::add_column(std::int64_t line, const std::string& cell) {
  std::string name = in_lower_case(trimmed(cell));
  const KnownColumn* column = known(name);
  if (column == nullptr) {
    const bool is_text = count_code_points(name).has_value();
    note(line, is_text ? name : "", "is not a known column");
  } else if (std::ranges::find(columns_, name, &Column::name) != columns_.end()) {
    note(line, name, "is a column that comes twice");
  }
  std::string member = ",\"" + name + "\":";
  columns_.push_back({std::move(name), std::move(member), column != nullptr && !column->required});
}

void PersonsFile::read_header() {
  const std::optional<CsvRecord> header = reader_.next();
  if (!header) return note(1, "", "the file is empty; its first line must name the columns");
  if (!header->fault.empty()) return note(header->line, "", header->fault);
  for (const std::string& cell : header->fields) add_column(header->line, cell);
  for (const KnownColumn& column : kColumns) {
    const bool is_there = std::ranges::find(columns_, column.name, &Column::name) != columns_.end();
    if (column.required && !is_there) {
      note(header->line, std::string(column.name), "is a column that is missing");
    }
  }
  if (faults_.count() > 0) columns_.clear();
}

bool PersonsFile::append_row(const CsvRecord& record, std::string& json) {
  if (!record.fault.empty()) {
    note(record.line, "", record.fault);
    return false;
  }
  if (record.fields.size() != columns_.size()) {
    note(record.line, "",
         "has " + std::to_string(record.fields.size()) + " fields where the header row has " +
             std::to_string(columns_.size()));
    return false;
  }
  const std::size_t begin = json.size();
  json += json.empty() ? "{\"line\":" : ",{\"line\":";
  json += std::to_string(record.line);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view cell = trimmed(record.fields[i]);
    if (!is_ascii(cell) && !count_code_points(cell)) {
      note(record.line, columns_[i].name, "is not UTF-8; save the file as \"CSV UTF-8\"");
      json.resize(begin);
      return false;
    }
    if (cell.empty() && columns_[i].may_be_empty) continue;
    json += columns_[i].as_member;
    append_json_quoted(json, cell);
  }
  json += '}';
  return true;
}

std::optional<RowsChunk> PersonsFile::next_chunk() {
  if (columns_.empty()) return std::nullopt;
  RowsChunk chunk;
  std::string rows;
  rows.reserve(kBytesPerChunk + kLongestRow);  // never moved while it grows: codes are in it
  while (chunk.rows < kRowsPerChunk && rows.size() < kBytesPerChunk) {
    const std::optional<CsvRecord> record = reader_.next();
    if (!record) break;
    if (append_row(*record, rows)) chunk.rows += 1;
  }
  if (reader_.broken()) note(0, "", "the file could not be read to its end");
  if (chunk.rows == 0) return std::nullopt;
  chunk.json.reserve(rows.size() + 16);
  chunk.json.append("{\"rows\":[").append(rows).append("]}");
  wipe(rows);
  return chunk;
}

}  // namespace portal::ctl
