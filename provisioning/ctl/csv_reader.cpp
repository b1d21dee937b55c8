#include "ctl/csv_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace portal::ctl {
namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;

void note(CsvRecord& record, std::string fault) {
  if (record.fault.empty()) record.fault = std::move(fault);
}

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  refill();
  if (buffer_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  guess_separator();
}

bool CsvReader::broken() const { return in_.bad(); }

/// Keeps two bytes or more in hand while there are any, so that CR LF can be seen as one.
void CsvReader::refill() {
  if (buffer_.size() - at_ > 1 || !in_.good()) return;
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunk);
  in_.read(buffer_.data() + kept, kChunk);
  buffer_.resize(kept + static_cast<std::size_t>(in_.gcount()));
  read_ += static_cast<std::uint64_t>(in_.gcount());
}

// Column names hold neither, so whichever the first line has is the separator.
void CsvReader::guess_separator() {
  const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
  const std::string_view header = std::string_view(buffer_).substr(at_, end - at_);
  if (header.find(',') == std::string_view::npos && header.find(';') != std::string_view::npos) {
    separator_ = ';';
  }
}

int CsvReader::take() {
  refill();
  const int byte = peek();
  if (byte == kEnd) return kEnd;
  ++at_;
  last_ = byte;
  if (byte == '\n') ++line_;
  return byte;
}

bool CsvReader::take_end_of_line() {
  refill();
  if (peek() == '\r' && at_ + 1 < buffer_.size() && buffer_[at_ + 1] == '\n') take();
  if (peek() != '\n') return peek() == kEnd;
  take();
  return true;
}

void CsvReader::skip_line() {
  for (int byte = take(); byte != '\n' && byte != kEnd;) byte = take();
}

void CsvReader::read_plain(std::string& field, CsvRecord& record) {
  for (refill(); peek() != separator_ && peek() != '\n' && peek() != kEnd; refill()) {
    if (peek() == '\r' && at_ + 1 < buffer_.size() && buffer_[at_ + 1] == '\n') return;
    const int byte = take();
    if (byte == '"') note(record, "has a quote inside a field that does not begin with one");
    if (byte == '\r' || byte == '\0') note(record, "has a control character");
    if (field.size() == kLongestField) note(record, "has a field that is too long");
    if (!record.fault.empty()) return;
    field += static_cast<char>(byte);
  }
}

void CsvReader::read_quoted(std::string& field, CsvRecord& record) {
  take();
  const std::int64_t first_line = line_;
  while (record.fault.empty()) {
    const int byte = take();
    refill();
    if (byte == '"' && peek() != '"') return;
    if (byte == '"') take();
    if (byte == kEnd || line_ - first_line >= kMostLinesInField) {
      note(record, "has a quote that is not closed");
    } else if (byte == '\0') {
      note(record, "has a control character");
    } else if (field.size() == kLongestField) {
      note(record, "has a field that is too long");
    } else {
      field += static_cast<char>(byte);
    }
  }
}

void CsvReader::read_record(CsvRecord& record) {
  while (true) {
    std::string field;
    refill();
    if (peek() == '"') {
      read_quoted(field, record);
    } else {
      read_plain(field, record);
    }
    if (record.fault.empty() && record.fields.size() == kMostFields) {
      note(record, "has too many fields");
    }
    if (!record.fault.empty()) return;
    record.fields.push_back(std::move(field));
    if (take_end_of_line()) return;
    if (take() != separator_) return note(record, "has text after a closing quote");
  }
}

std::optional<CsvRecord> CsvReader::next() {
  while (true) {
    refill();
    if (peek() == kEnd) return std::nullopt;
    CsvRecord record;
    record.line = line_;
    read_record(record);
    if (!record.fault.empty()) {
      record.fields.clear();
      // A fault at the very end of a line has taken the line break already.
      if (last_ != '\n') skip_line();
      return record;
    }
    if (record.fields.size() > 1 || !record.fields.front().empty()) return record;
  }
}

}  // namespace portal::ctl
