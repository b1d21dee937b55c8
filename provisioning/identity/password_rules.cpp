#include "identity/password_rules.hpp"

#include <pwquality.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/freed.hpp"
#include "identity/typed.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

constexpr std::size_t kShortest = 8;
constexpr std::size_t kLongest = 256;
constexpr std::size_t kShortestWord = 4;
constexpr int kLeastOfLibrary = 6;                // it takes no less
constexpr std::size_t kMostBytes = kLongest * 4;  // no code point takes more than 4

using Quality = std::unique_ptr<pwquality_settings_t, Freed<pwquality_free_settings>>;

/// Judges a password by libpwquality: a dictionary word or a simple pattern is an error below 0.
/// Length and character classes are judged by our own rules and switched off here; the host's
/// pwquality.conf is not read, since the portal's rule must be the same on every node.
/// `reason`, if wanted, gets the library's words, which do not repeat the password.
int judged_by_library(const Secret& password, std::string* reason = nullptr) {
  // cracklib keeps its open dictionary and its scratch buffer in static memory.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const Quality settings(pwquality_default_settings());
  if (!settings) return PWQ_ERROR_MEM_ALLOC;
  pwquality_set_int_value(settings.get(), PWQ_SETTING_MIN_LENGTH, kLeastOfLibrary);
  pwquality_set_int_value(settings.get(), PWQ_SETTING_DICT_CHECK, 1);
  Secret terminated = Secret::of_size(password.size() + 1);
  std::ranges::copy(password.reveal_bytes(), terminated.writable().begin());
  void* detail = nullptr;
  const int verdict =
      pwquality_check(settings.get(), terminated.reveal().data(), nullptr, nullptr, &detail);
  // Called also when nobody wants the words: it frees `detail`.
  std::array<char, PWQ_MAX_ERROR_MESSAGE_LEN> words{};
  const char* message = pwquality_strerror(words.data(), words.size(), verdict, detail);
  if (reason && message) *reason = message;
  return verdict;
}

bool is_guessable(const Secret& password) {
  const int verdict = judged_by_library(password);
  // What is under the library's least length has been found too short already.
  return verdict < 0 && verdict != PWQ_ERROR_MIN_LENGTH;
}

/// cracklib refuses everything when it cannot read its dictionary, or when the process runs under a
/// uid without a name. Better to say so at the start.
Result<void> prove_library_judges() {
  std::string reason;
  if (judged_by_library(Secret("vT7#kq9-Lw2!"), &reason) < 0) {
    return fail(Errc::unavailable, "cracklib (package cracklib-runtime): " + reason);
  }
  if (judged_by_library(Secret("password")) >= 0) {
    return fail(Errc::unavailable, "cracklib (package cracklib-runtime): it finds no word");
  }
  return {};
}

bool separates_words(char c) {
  return static_cast<unsigned char>(c) < 0x80 && !is_digit(c) && !is_letter(c);
}

/// Whether `folded` contains `word` (folded), if that is long enough to be looked for.
bool contains_word(std::string_view folded, std::string_view word) {
  return count_code_points(word).value_or(0) >= kShortestWord &&
         folded.find(word) != std::string_view::npos;
}

/// Whether `folded` contains the name, or one of its words. Of an address, only what is the
/// person's own: half the country's addresses end alike.
bool contains_name(std::string_view folded, std::string_view name) {
  const Result<std::string> own = to_folded(name.substr(0, name.rfind('@')));
  if (!own) return false;
  if (contains_word(folded, *own)) return true;
  std::string_view rest = *own;
  while (!rest.empty()) {
    const auto end = std::ranges::find_if(rest, separates_words);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    if (contains_word(folded, rest.substr(0, size))) return true;
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return false;
}

bool contains_any(std::string_view folded, const std::vector<std::string>& names) {
  return std::ranges::any_of(names,
                             [&](const std::string& name) { return contains_name(folded, name); });
}

void add_missing_classes(const CharacterCounts& counts, std::vector<PasswordFault>& faults) {
  if (counts.digit == 0) faults.push_back(PasswordFault::no_digit);
  if (counts.lower_case == 0) faults.push_back(PasswordFault::no_lower_case);
  if (counts.upper_case == 0) faults.push_back(PasswordFault::no_upper_case);
  if (counts.symbol + counts.invisible == 0) faults.push_back(PasswordFault::no_special);
}

}  // namespace

Result<PasswordRules> PasswordRules::load(PasswordProfile profile,
                                          const std::filesystem::path& common_passwords) {
  Result<CommonPasswords> common = CommonPasswords::load(common_passwords);
  if (!common) return fail(std::move(common).error());
  if (Result<void> judges = prove_library_judges(); !judges) {
    return fail(std::move(judges).error());
  }
  return PasswordRules(profile, std::move(*common));
}

std::vector<PasswordFault> PasswordRules::faults_of(const Secret& password,
                                                    const PasswordContext& context) const {
  if (password.size() > kMostBytes) return {PasswordFault::too_long};
  const Result<CharacterCounts> counts = count_characters(password.reveal());
  if (!counts || counts->control > 0) return {PasswordFault::not_text};
  std::vector<PasswordFault> faults;
  if (counts->total < kShortest) faults.push_back(PasswordFault::too_short);
  if (counts->total > kLongest) faults.push_back(PasswordFault::too_long);
  if (profile_ == PasswordProfile::portal) add_missing_classes(*counts, faults);
  const Result<Secret> folded = to_folded(password);
  if (!folded) return {PasswordFault::not_text};
  if (common_.contains(*folded) || is_guessable(password)) {
    faults.push_back(PasswordFault::common);
  }
  if (contains_any(folded->reveal(), context.names)) {
    faults.push_back(PasswordFault::contains_name);
  }
  if (contains_any(folded->reveal(), context.portal)) {
    faults.push_back(PasswordFault::contains_portal);
  }
  return faults;
}

}  // namespace portal
