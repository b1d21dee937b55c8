#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/ports/phrasebook.hpp"

namespace portal {

/// The product's words from the gettext catalogues of this folder (fr.po, de.po, it.po, en.po),
/// which the build compiled into the binary. Keys are stable names; en.po has the English wording.
/// Immutable after load, so any thread may read it.
class Catalogue final : public Phrasebook {
 public:
  /// Fails: internal (a catalogue was damaged by the build).
  static Result<std::unique_ptr<Catalogue>> load();
  ~Catalogue() override;

  /// A placeholder without a value stays as it is ("{{phone}}").
  std::string text(Language language, std::string_view key,
                   const Values& values = {}) const override;
  /// Whether `language` has wording for `key`.
  bool has(Language language, std::string_view key) const;

 private:
  struct Implementation;
  explicit Catalogue(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace portal
