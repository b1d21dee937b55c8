#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "domain/ports/phrasebook.hpp"
#include "web/values.hpp"

namespace portal::web {

/// The embedded templates, read once in every language. Logic-less (mustache); everything that
/// fills them is escaped. Thread-safe.
class Templates {
 public:
  /// Throws std::logic_error if a template cannot be read.
  explicit Templates(const Phrasebook& phrases);
  ~Templates();

  /// Fills `name` ("layout", without ".html"). A variable or section that `values` does not have is
  /// a bug: it is left out and logged.
  std::string render(Language language, std::string_view name, const Values& values) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace portal::web
