#include "delivery/smtp_dialogue.hpp"

#include <algorithm>

namespace portal {

void SmtpDialogue::begin(std::string_view content) noexcept {
  step_ = SmtpStep::session;
  over_ = false;
  reply_ = SmtpReply();
  rest_ = content;
}

void SmtpDialogue::said(std::string_view command) noexcept {
  // libcurl takes its leave after a refusal, too; what counts is what came before.
  if (command == "QUIT\r\n") over_ = true;
  if (over_) return;
  // A new connection, or the same one after STARTTLS.
  if (command.starts_with("EHLO ")) has_login_ = false;
  if (command.starts_with("AUTH ")) has_login_ = true;
  if (command.starts_with("MAIL FROM:")) step_ = SmtpStep::sender;
  if (command.starts_with("RCPT TO:")) step_ = SmtpStep::recipient;
  // The whole line: what is sent in a login may begin like this.
  if (command == "DATA\r\n") step_ = SmtpStep::content;
  reply_ = SmtpReply();
}

void SmtpDialogue::heard(std::string_view line) noexcept {
  if (!over_) reply_ = SmtpReply::parse(line);
}

std::size_t SmtpDialogue::give(char* into, std::size_t room) noexcept {
  if (rest_.empty() && step_ != SmtpStep::end) {
    step_ = SmtpStep::end;
    reply_ = SmtpReply();
  }
  const std::size_t size = std::min(room, rest_.size());
  std::copy_n(rest_.data(), size, into);
  rest_.remove_prefix(size);
  return size;
}

}  // namespace portal
