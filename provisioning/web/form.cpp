#include "web/form.hpp"

#include <algorithm>

namespace portal::web {

Result<Form> Form::parse(std::string_view encoded) {
  Result<std::vector<http::FormField>> fields = http::parse_form(encoded);
  if (!fields) return fail(std::move(fields).error());
  Form form;
  form.fields_ = std::move(*fields);
  return form;
}

const Secret& Form::secret(std::string_view name) const {
  static const Secret nothing;
  const auto field = std::ranges::find(fields_, name, &http::FormField::name);
  return field == fields_.end() ? nothing : field->value;
}

std::string_view Form::text(std::string_view name) const { return secret(name).reveal(); }

}  // namespace portal::web
