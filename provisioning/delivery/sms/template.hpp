#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace portal {

/// What stands for the placeholders of one request; the views must live as long.
using SmsValues = std::map<std::string_view, std::string_view>;

/// A text with placeholders such as {number}; each value is escaped for where it stands, so that no
/// text of a person can end a field or begin another. A brace before anything but a name is itself.
///
/// {number} E.164 with "+"; {digits} the same without; {text}; {sender}; {id} the message's;
/// {user}, {secret} the gateway's; {coding} what the text needs of a phone, in the gateway's words;
/// {report} the address for its report; {minutes}, {seconds} for which the text is of use.
class SmsTemplate {
 public:
  enum class Escaping { none, percent, json, xml };

  /// Fails: malformed (an unknown placeholder, control characters).
  static Result<SmsTemplate> parse(std::string_view text, Escaping escaping);

  Secret fill(const SmsValues& values) const;

 private:
  struct Piece {
    std::string literal;
    std::string placeholder;  ///< comes after the literal; empty: none
  };
  SmsTemplate(std::vector<Piece> pieces, Escaping escaping)
      : pieces_(std::move(pieces)), escaping_(escaping) {}

  std::vector<Piece> pieces_;
  Escaping escaping_;
};

}  // namespace portal
