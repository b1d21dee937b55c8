#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace portal::web {

/// The fields of a form that was sent, or of a query.
class Form {
 public:
  Form() = default;
  /// Fails: malformed.
  static Result<Form> parse(std::string_view encoded);

  /// Empty if the field is not there.
  std::string_view text(std::string_view name) const;
  /// For passwords and codes: the value itself, never copied. Empty if the field is not there.
  const Secret& secret(std::string_view name) const;
  bool has(std::string_view name) const { return !text(name).empty(); }

 private:
  std::vector<http::FormField> fields_;
};

}  // namespace portal::web
