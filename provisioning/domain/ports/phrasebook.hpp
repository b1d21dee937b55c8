#pragma once

#include <map>
#include <string>
#include <string_view>

#include "identity/language.hpp"

namespace portal {

/// The product's words in the person's language. Thread-safe.
class Phrasebook {
 public:
  using Values = std::map<std::string, std::string>;

  virtual ~Phrasebook() = default;
  /// The text of `key` ("prompt.password") as plain text, `{{name}}` filled from `values`.
  /// An unknown key is a bug; it reads "[key]" and is logged.
  virtual std::string text(Language language, std::string_view key,
                           const Values& values = {}) const = 0;
};

}  // namespace portal
