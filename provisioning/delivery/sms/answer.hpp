#pragma once

#include <regex.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/freed.hpp"
#include "base/result.hpp"
#include "delivery/sms/settings.hpp"

namespace portal {

/// What became of a message at one gateway (requirement S3).
enum class SmsOutcome {
  accepted,  ///< the gateway answers for it now
  refused,   ///< surely not sent by this one: the next may have it, and this one again later
  hopeless,  ///< surely not sent, and no other could: refused for good
  unknown,   ///< may have been taken: the next may have it, this one never again
};
std::string_view name_of(SmsOutcome outcome) noexcept;

/// An AnswerRule, checked and ready.
class AnswerMatcher {
 public:
  enum class Verdict {
    yes,
    no,         ///< the status or what the body says is another
    unreadable  ///< the status is right, but the body is not what the rule reads
  };

  /// Fails: malformed (pattern or pointer).
  static Result<AnswerMatcher> compile(AnswerRule rule);

  Verdict judge(long status, std::string_view body) const;
  /// What the body says where the rule looks, for the log: a vendor's short word or number, or
  /// nothing.
  std::string word_of(std::string_view body) const;

 private:
  static void free_pattern(regex_t* pattern);
  using Pattern = std::unique_ptr<regex_t, Freed<free_pattern>>;

  AnswerMatcher(AnswerRule rule, Pattern pattern)
      : rule_(std::move(rule)), pattern_(std::move(pattern)) {}
  bool is_status(long status) const;

  AnswerRule rule_;
  Pattern pattern_;
};

/// What a whole answer means. Never fails: what no rule knows is refused if the gateway says that
/// the request was at fault, and unknown if it broke while it had it.
class AnswerRules {
 public:
  /// Fails: malformed (a rule; or nothing is ever accepted).
  static Result<AnswerRules> compile(const SmsGatewaySettings& settings);

  SmsOutcome judge(long status, std::string_view body) const;
  /// "HTTP 400, 21211": for the log, without anything that the message said (requirement J4).
  std::string describe(long status, std::string_view body) const;

 private:
  AnswerRules(AnswerMatcher accepted, AnswerMatcher refused, AnswerMatcher unsure)
      : accepted_(std::move(accepted)), refused_(std::move(refused)), unsure_(std::move(unsure)) {}

  AnswerMatcher accepted_;
  AnswerMatcher refused_;
  AnswerMatcher unsure_;
};

}  // namespace portal
