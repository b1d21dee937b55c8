// application/x-www-form-urlencoded (WHATWG URL section 5), read strictly: what no browser sends is
// refused instead of being repaired.

#include <algorithm>
#include <cstddef>

#include "http/message.hpp"
#include "http/text.hpp"

namespace portal::http {
namespace {

constexpr std::size_t max_fields = 64;
constexpr std::size_t max_name = 64;
constexpr std::size_t max_value = 4'096;

Result<FormField> parse_field(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return fail(Errc::malformed, "a form field without '='");
  const std::string_view raw_name = pair.substr(0, equals);
  const std::string_view raw_value = pair.substr(equals + 1);
  const auto name_size = decoded_size(raw_name);
  const auto value_size = decoded_size(raw_value);
  if (!name_size || !value_size) return fail(Errc::malformed, "a form field is badly encoded");
  if (*name_size == 0 || *name_size > max_name)
    return fail(Errc::malformed, "a form field's name is empty or too long");
  if (*value_size > max_value) return fail(Errc::malformed, "a form field's value is too long");

  FormField field{std::string(*name_size, '\0'), Secret::of_size(*value_size)};
  decode_into(raw_name, Plus::space, std::as_writable_bytes(std::span(field.name)));
  decode_into(raw_value, Plus::space, field.value.writable());
  const bool control_in_name = std::any_of(field.name.begin(), field.name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control_in_name || !is_utf8(field.name))
    return fail(Errc::malformed, "a form field's name is not text");
  const std::string_view value = field.value.reveal();
  if (value.find('\0') != std::string_view::npos || !is_utf8(value))
    return fail(Errc::malformed, "a form field's value is not text");
  return field;
}

}  // namespace

Result<std::vector<FormField>> parse_form(std::string_view body) {
  std::vector<FormField> fields;
  if (body.empty()) return fields;
  for (bool more = true; more;) {
    Result<FormField> field = parse_field(next_part(body, '&', more));
    if (!field) return fail(std::move(field).error());
    const bool twice = std::any_of(fields.begin(), fields.end(), [&](const FormField& other) {
      return other.name == field->name;
    });
    if (twice) return fail(Errc::malformed, "a form field comes twice");
    if (fields.size() == max_fields) return fail(Errc::malformed, "a form has too many fields");
    fields.push_back(std::move(*field));
  }
  return fields;
}

}  // namespace portal::http
