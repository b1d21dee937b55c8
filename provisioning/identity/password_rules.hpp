#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

enum class PasswordProfile { portal, nist_800_63b_4 };

/// Each way in which a new password can break the rules; the pages say all of them at once.
enum class PasswordFault {
  too_short,        ///< fewer than 8 code points
  too_long,         ///< more than 256 code points (long ones are refused, never truncated)
  no_digit,         ///< portal profile
  no_lower_case,    ///< portal profile
  no_upper_case,    ///< portal profile
  no_special,       ///< portal profile: nothing that is neither letter nor digit
  not_text,         ///< not UTF-8, or a control character
  common,           ///< a dictionary word, a common password or a simple pattern
  contains_name,    ///< a name, the e-mail address or a part of it
  contains_portal,  ///< the portal's name
};

/// What a password must not contain. Compared case-folded; words of fewer than 4 code points are
/// not looked for.
struct PasswordContext {
  std::vector<std::string> names;   ///< the person's names and the e-mail address
  std::vector<std::string> portal;  ///< the portal's and the fund's names
};

/// Requirements P1 to P3. Holds the list of common passwords; reads nothing while judging but
/// cracklib's dictionary.
class PasswordRules {
 public:
  /// `common_passwords`: a text file, one a line, '#' lines ignored (at least 3,000 are wanted).
  /// Fails: not_found, malformed, unavailable.
  static Result<PasswordRules> load(PasswordProfile profile,
                                    const std::filesystem::path& common_passwords);

  /// Every fault of `password` (already NFC), none if it is good.
  std::vector<PasswordFault> faults_of(const Secret& password,
                                       const PasswordContext& context) const;

  PasswordProfile profile() const noexcept { return profile_; }
  std::size_t common_count() const noexcept { return common_.size(); }

 private:
  PasswordProfile profile_ = PasswordProfile::portal;
  std::vector<std::string> common_;  ///< case-folded, sorted
};

}  // namespace portal
