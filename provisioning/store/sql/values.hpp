#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace portal::sql {

/// A value for a placeholder: text, a 64-bit integer, or null. Borrows the text.
class Value {
 public:
  enum class Kind { text, integer };

  // Implicit on purpose: they stand in lists of parameters.
  Value(std::string_view text) noexcept : text_(text) {}
  Value(const std::string& text) noexcept : text_(text) {}
  Value(const char* text) noexcept : text_(text) {}
  Value(std::int64_t integer) noexcept : kind_(Kind::integer), integer_(integer) {}
  Value(int integer) noexcept : Value(std::int64_t{integer}) {}
  Value(bool truth) noexcept : Value(std::int64_t{truth}) {}
  Value(UtcTime time) noexcept : Value(to_millis(time)) {}
  Value(std::optional<UtcTime> time) noexcept
      : kind_(Kind::integer), null_(!time), integer_(time ? to_millis(*time) : 0) {}
  /// Null for an empty text.
  static Value text_or_null(std::string_view text) noexcept {
    Value value(text);
    value.null_ = text.empty();
    return value;
  }

  Kind kind() const noexcept { return kind_; }
  bool is_null() const noexcept { return null_; }
  std::string_view text() const noexcept { return text_; }
  std::int64_t integer() const noexcept { return integer_; }

 private:
  Kind kind_ = Kind::text;
  bool null_ = false;
  std::string_view text_;
  std::int64_t integer_ = 0;
};

/// The value of the placeholder `:name`.
struct Parameter {
  std::string_view name;
  Value value;
};

/// The values of a statement's placeholders, where they stand: in a list or in a vector. For an
/// argument, not to be kept.
class Parameters {
 public:
  // Implicit on purpose: they stand for the list.
  Parameters() noexcept = default;
  Parameters(std::initializer_list<Parameter> list) noexcept : all_(list.begin(), list.size()) {}
  Parameters(const std::vector<Parameter>& list) noexcept : all_(list) {}

  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }
  std::size_t size() const noexcept { return all_.size(); }

 private:
  std::span<const Parameter> all_;
};

/// One row of a result, read column by column from the left. Valid during the call it is given to.
class Row {
 public:
  /// Null reads as empty.
  std::string_view text();
  /// Null reads as 0.
  std::int64_t integer();
  int small_integer() { return static_cast<int>(integer()); }
  bool truth() { return integer() != 0; }
  UtcTime time() { return from_millis(integer()); }
  std::optional<UtcTime> optional_time();

 private:
  friend class SociConnection;
  struct Cell;
  Row(const Cell* cells, std::size_t count) : cells_(cells), count_(count) {}
  const Cell& next();

  const Cell* cells_;
  std::size_t count_;
  std::size_t position_ = 0;
};

}  // namespace portal::sql
