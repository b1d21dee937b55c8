#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/function_ref.hpp"
#include "base/secret.hpp"

namespace portal::api {

/// One thing that is wrong with a request, and where.
struct Fault {
  std::string pointer;    ///< RFC 6901: "/rows/2/birth_date"; empty: the whole body
  std::string detail;     ///< a sentence; never repeats the value, which may be a secret
  std::int64_t line = 0;  ///< the line of the file that an import's row came from; 0: none
};
using Faults = std::vector<Fault>;

/// Reads one JSON object strictly. What is missing, of a wrong type or unknown becomes a fault with
/// its pointer; reading goes on, so that a client learns of everything at once.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string pointer, Faults& faults);

  /// A string of at most `longest` bytes; a view into the document. Nothing and a fault if it is
  /// missing, or is something else.
  std::optional<std::string_view> text(std::string_view name, std::size_t longest);
  /// As `text`; a member that is missing or null is nothing without a fault.
  std::optional<std::string_view> optional_text(std::string_view name, std::size_t longest);
  /// An integer from `least` to `most`.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  /// An array of 1 to `most` objects: each gets a reader of its own, and is then asked for unknown
  /// members.
  void each(std::string_view name, std::size_t most, FunctionRef<void(JsonReader&)> read);
  /// A fault for each member that nobody asked for.
  void refuse_the_rest();

  /// Notes a fault at a member of this object.
  void fault(std::string_view name, std::string detail);
  /// The line that faults of this object carry from now on.
  void set_line(std::int64_t line) { line_ = line; }
  std::string pointer_of(std::string_view name) const;

 private:
  const nlohmann::json* find(std::string_view name);
  std::optional<std::string_view> text_of(const nlohmann::json& member, std::string_view name,
                                          std::size_t longest);

  const nlohmann::json& object_;
  std::string pointer_;
  Faults& faults_;
  std::int64_t line_ = 0;
  std::vector<std::string_view> asked_;
};

/// A parsed body: one JSON object (RFC 8259) of UTF-8, nested at most 8 deep, no name twice. Its
/// texts are wiped at its end: a body may hold activation codes.
class JsonDocument {
 public:
  /// Nothing and one fault if `body` is not that; an empty body reads as an empty object.
  static std::optional<JsonDocument> parse(const Secret& body, Faults& faults);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) = delete;
  ~JsonDocument();

  JsonReader reader(Faults& faults) const;

 private:
  explicit JsonDocument(std::unique_ptr<nlohmann::json> root);
  std::unique_ptr<nlohmann::json> root_;
};

/// Writes one JSON object, member by member, in the order of the calls.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  /// null when empty.
  JsonObject& text_or_null(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  /// RFC 3339 in UTC with milliseconds: "2025-03-01T08:30:00.000Z".
  JsonObject& time(std::string_view name, UtcTime value);
  JsonObject& time(std::string_view name, const std::optional<UtcTime>& value);
  JsonObject& null(std::string_view name);
  JsonObject& object(std::string_view name, const JsonObject& value);
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);
  JsonObject& list(std::string_view name, const std::vector<JsonObject>& values);

  std::string str() const { return "{" + members_ + "}"; }

 private:
  void add(std::string_view name, std::string_view json);
  std::string members_;
};

}  // namespace portal::api
