#pragma once

#include <string>
#include <string_view>

#include "web/problems.hpp"
#include "web/values.hpp"
#include "web/words.hpp"

namespace portal::web {

/// One control of a form. Its label, hint and error are tied to it (requirement W6).
struct Field {
  std::string_view name;           ///< also its id
  std::string_view label;          ///< message key
  std::string_view hint = {};      ///< message key
  std::string_view type = "text";  ///< HTML's input type
  std::string_view autocomplete = "off";
  std::string_view inputmode = "text";
  std::string_view value = {};  ///< what was typed; never for passwords and codes
  int longest = 254;
};

/// The values of templates/field.html.
Value field(const Words& words, const Field& field, const Problems& problems);

/// The values of templates/group_error.html: the error of radio buttons or of a check box.
Value group(std::string_view name, const Problems& problems);

}  // namespace portal::web
