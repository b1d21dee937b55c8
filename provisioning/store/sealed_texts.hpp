#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyring.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// Where a sealed text is stored: "people/ab12/personal". It opens at no other place.
std::string place_of(std::string_view table, std::string_view row, std::string_view column);

/// The texts that are sealed together in one column: what tells who a person is (requirement R5).
class SealedTexts {
 public:
  static std::string seal(const Keyring& keyring, std::string_view place,
                          std::span<const std::string_view> texts);
  /// Fails: internal (damaged, or fewer than `at_least` texts; the detail names the place).
  static Result<SealedTexts> open(const Keyring& keyring, std::string_view place,
                                  std::string_view sealed, std::size_t at_least);

  std::size_t size() const noexcept { return texts_.size(); }
  /// Valid as long as this object, also when it was moved.
  std::string_view operator[](std::size_t number) const noexcept { return texts_[number]; }

 private:
  Secret plain_;
  std::vector<std::string_view> texts_;
};

/// One text from several, so that different lists never give the same: "3:abc0:2:de".
void pack(std::string& packed, std::string_view text);

/// That a row cannot be read though it is there.
tl::unexpected<Error> damaged(std::string_view place);

}  // namespace portal
