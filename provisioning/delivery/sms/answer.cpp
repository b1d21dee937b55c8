#include "delivery/sms/answer.hpp"

#include <algorithm>
#include <utility>

#include "delivery/json.hpp"

namespace portal {
namespace {

/// A pattern looks at no more of a body: its time grows with it, and what a vendor says of an SMS
/// stands at the beginning.
constexpr std::size_t kReach = 4096;
constexpr std::size_t kLongestPattern = 256;
/// Longer words may be somebody's number, or what the message said.
constexpr std::size_t kLongestWord = 24;

bool is_success(long status) { return status >= 200 && status < 300; }

/// A word that cannot hold a number or a code: no six digits in a row, no blanks.
bool is_harmless(std::string_view word) {
  std::size_t run = 0;
  for (const char c : word) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    run = digit ? run + 1 : 0;
    if (run >= 6 || (!digit && !letter && c != '-' && c != '_' && c != '.')) return false;
  }
  return !word.empty() && word.size() <= kLongestWord;
}

}  // namespace

std::string_view name_of(SmsOutcome outcome) noexcept {
  switch (outcome) {
    case SmsOutcome::accepted: return "accepted";
    case SmsOutcome::refused: return "refused";
    case SmsOutcome::hopeless: return "refused for good";
    case SmsOutcome::unknown: return "unknown";
  }
  return "unknown";
}

void AnswerMatcher::free_pattern(regex_t* pattern) {
  ::regfree(pattern);
  delete pattern;
}

Result<AnswerMatcher> AnswerMatcher::compile(AnswerRule rule) {
  if (!is_json_pointer(rule.pointer)) {
    return fail(Errc::malformed, "no JSON pointer: " + rule.pointer);
  }
  if (rule.pattern.size() > kLongestPattern)
    return fail(Errc::malformed, "the pattern is too long");
  // A back reference can take a time that doubles with each letter.
  for (std::size_t at = 0; at + 1 < rule.pattern.size(); ++at) {
    if (rule.pattern[at] != '\\') continue;
    if (rule.pattern[++at] >= '1' && rule.pattern[at] <= '9') {
      return fail(Errc::malformed, "the pattern refers back");
    }
  }
  Pattern pattern;
  if (!rule.pattern.empty()) {
    auto made = std::make_unique<regex_t>();
    if (::regcomp(made.get(), rule.pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
      return fail(Errc::malformed, "no regular expression: " + rule.pattern);
    }
    pattern.reset(made.release());
  }
  return AnswerMatcher(std::move(rule), std::move(pattern));
}

bool AnswerMatcher::is_status(long status) const {
  if (rule_.status.empty()) return is_success(status);
  return std::ranges::find(rule_.status, status) != rule_.status.end();
}

AnswerMatcher::Verdict AnswerMatcher::judge(long status, std::string_view body) const {
  if (rule_.says_nothing() || !is_status(status)) return Verdict::no;
  if (!body.starts_with(rule_.begins)) return body.empty() ? Verdict::unreadable : Verdict::no;
  if (pattern_) {
    if (body.empty()) return Verdict::unreadable;
    const std::string reached(body.substr(0, kReach));
    if (::regexec(pattern_.get(), reached.c_str(), 0, nullptr, 0) != 0) return Verdict::no;
  }
  if (rule_.pointer.empty()) return Verdict::yes;
  const auto found = json_text_at(body, rule_.pointer);
  if (!found) return Verdict::unreadable;
  if (!*found || (*found)->empty()) return Verdict::no;
  const bool wanted =
      rule_.values.empty() || std::ranges::find(rule_.values, **found) != rule_.values.end();
  return wanted ? Verdict::yes : Verdict::no;
}

std::string AnswerMatcher::word_of(std::string_view body) const {
  if (rule_.pointer.empty()) return {};
  const auto found = json_text_at(body, rule_.pointer);
  return found && *found && is_harmless(**found) ? **found : std::string();
}

Result<AnswerRules> AnswerRules::compile(const SmsGatewaySettings& settings) {
  if (settings.accepted.says_nothing()) {
    return fail(Errc::malformed, "accepted: nothing says which answers mean success");
  }
  auto accepted = AnswerMatcher::compile(settings.accepted);
  if (!accepted) return fail(accepted.error().code, "accepted: " + accepted.error().detail);
  auto refused = AnswerMatcher::compile(settings.refused);
  if (!refused) return fail(refused.error().code, "refused: " + refused.error().detail);
  auto unsure = AnswerMatcher::compile(settings.unsure);
  if (!unsure) return fail(unsure.error().code, "unsure: " + unsure.error().detail);
  return AnswerRules(std::move(*accepted), std::move(*refused), std::move(*unsure));
}

SmsOutcome AnswerRules::judge(long status, std::string_view body) const {
  using Verdict = AnswerMatcher::Verdict;
  if (refused_.judge(status, body) == Verdict::yes) return SmsOutcome::hopeless;
  const Verdict accepted = accepted_.judge(status, body);
  if (accepted == Verdict::yes) return SmsOutcome::accepted;
  if (accepted == Verdict::unreadable) return SmsOutcome::unknown;
  if (unsure_.judge(status, body) == Verdict::yes) return SmsOutcome::unknown;
  // 503 is said before the work, 501 and 505 instead of it; any other 5xx may come from behind a
  // gateway that has taken the message.
  const bool broke = status >= 500 && status != 501 && status != 503 && status != 505;
  return broke ? SmsOutcome::unknown : SmsOutcome::refused;
}

std::string AnswerRules::describe(long status, std::string_view body) const {
  std::string text = "HTTP " + std::to_string(status);
  for (const AnswerMatcher* rule : {&refused_, &accepted_, &unsure_}) {
    const std::string word = rule->word_of(body);
    if (!word.empty() && text.find(word) == std::string::npos) text += ", " + word;
  }
  return text;
}

}  // namespace portal
