#include "delivery/smtp_outcome.hpp"

#include <cstddef>
#include <optional>

namespace portal {
namespace {

constexpr int kServiceClosing = 421;
constexpr int kBadSequence = 503;
constexpr int kLoginWanted = 530;
constexpr int kProtocolStatus = 5;  // X.5.X
constexpr int kPolicyStatus = 7;    // X.7.X

/// Takes a number of 1 to 3 digits.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == 3) return std::nullopt;
    number = number * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

SmtpOutcome refused_at(SmtpStep step, const SmtpReply& reply) noexcept {
  switch (step) {
    case SmtpStep::session: return SmtpOutcome::relay_failed;
    // Who may send through it is the relay's configuration, which somebody can mend.
    case SmtpStep::sender: return SmtpOutcome::not_now;
    case SmtpStep::recipient:
      return reply.code == kBadSequence || reply.code == kLoginWanted ||
                     reply.subject == kProtocolStatus || reply.subject == kPolicyStatus
                 ? SmtpOutcome::not_now
                 : SmtpOutcome::recipient_refused;
    case SmtpStep::content:
    case SmtpStep::end: return SmtpOutcome::mail_refused;
  }
  return SmtpOutcome::relay_failed;
}

}  // namespace

std::string_view name_of(SmtpStep step) noexcept {
  switch (step) {
    case SmtpStep::session: return "session";
    case SmtpStep::sender: return "sender";
    case SmtpStep::recipient: return "recipient";
    case SmtpStep::content: return "content";
    case SmtpStep::end: return "end";
  }
  return "unknown";
}

std::string_view name_of(SmtpOutcome outcome) noexcept {
  switch (outcome) {
    case SmtpOutcome::accepted: return "accepted";
    case SmtpOutcome::recipient_refused: return "recipient_refused";
    case SmtpOutcome::mail_refused: return "mail_refused";
    case SmtpOutcome::not_now: return "not_now";
    case SmtpOutcome::relay_failed: return "relay_failed";
    case SmtpOutcome::uncertain: return "uncertain";
  }
  return "unknown";
}

SmtpReply SmtpReply::parse(std::string_view line) {
  SmtpReply reply;
  const std::optional<int> code = take_number(line);
  if (!code || *code < 200 || *code > 599) return reply;
  if (!line.empty() && std::string_view(" -\r\n").find(line.front()) == std::string_view::npos) {
    return reply;
  }
  reply.code = *code;
  if (!line.empty()) line.remove_prefix(1);
  const std::optional<int> kind = take_number(line);
  if (!kind || *kind != *code / 100 || !take(line, '.')) return reply;
  const std::optional<int> subject = take_number(line);
  if (!subject || !take(line, '.')) return reply;
  const std::optional<int> detail = take_number(line);
  if (!detail) return reply;
  reply.kind = *kind;
  reply.subject = *subject;
  reply.detail = *detail;
  return reply;
}

std::string SmtpReply::text() const {
  if (code == 0) return {};
  std::string text = std::to_string(code);
  if (kind != 0) {
    text +=
        " " + std::to_string(kind) + "." + std::to_string(subject) + "." + std::to_string(detail);
  }
  return text;
}

SmtpOutcome outcome_of(SmtpStep step, const SmtpReply& reply) noexcept {
  if (reply.code == kServiceClosing) return SmtpOutcome::relay_failed;
  switch (reply.code / 100) {
    case 2:
      if (step == SmtpStep::end) return SmtpOutcome::accepted;
      // All went well up to here, and then the connection broke.
      return SmtpOutcome::relay_failed;
    case 4: return step == SmtpStep::session ? SmtpOutcome::relay_failed : SmtpOutcome::not_now;
    case 5: return refused_at(step, reply);
    default: return step == SmtpStep::end ? SmtpOutcome::uncertain : SmtpOutcome::relay_failed;
  }
}

}  // namespace portal
