#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/common_passwords.hpp"

namespace portal {

enum class PasswordProfile { portal, nist_800_63b_4 };

/// Each way in which a new password can break the rules; the pages say all of them at once.
enum class PasswordFault {
  too_short,        ///< fewer than 8 code points
  too_long,         ///< more than 256 code points (long ones are refused, never truncated)
  no_digit,         ///< portal profile
  no_lower_case,    ///< portal profile
  no_upper_case,    ///< portal profile
  no_special,       ///< portal profile: nothing that is neither letter nor digit (a space counts)
  not_text,         ///< not UTF-8, or a control character
  common,           ///< a dictionary word, a common password or a simple pattern
  contains_name,    ///< a name, the e-mail address or a part of it
  contains_portal,  ///< the portal's name
};

/// What a password must not contain. Compared case-folded, whole and word by word; words of fewer
/// than 4 code points are not looked for. Of an e-mail address the part before the '@' counts.
struct PasswordContext {
  std::vector<std::string> names;   ///< the person's names and the e-mail address
  std::vector<std::string> portal;  ///< the portal's and the fund's names
};

/// Requirements P1 to P3. Holds the list of common passwords; reads nothing while judging but
/// cracklib's dictionary. Thread-safe.
class PasswordRules {
 public:
  /// `common_passwords`: see CommonPasswords::load; at least 3,000 are wanted. Fails: not_found,
  /// malformed, unavailable (also if cracklib's dictionary does not answer).
  static Result<PasswordRules> load(PasswordProfile profile,
                                    const std::filesystem::path& common_passwords);

  /// Every fault of `password` (already NFC), none if it is good.
  std::vector<PasswordFault> faults_of(const Secret& password,
                                       const PasswordContext& context) const;

  PasswordProfile profile() const noexcept { return profile_; }
  std::size_t common_count() const noexcept { return common_.count(); }

 private:
  PasswordRules(PasswordProfile profile, CommonPasswords common)
      : profile_(profile), common_(std::move(common)) {}

  PasswordProfile profile_;
  CommonPasswords common_;
};

}  // namespace portal
