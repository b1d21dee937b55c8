#include "delivery/mail_message.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "delivery/mail_encoding.hpp"
#include "delivery/mail_header.hpp"

namespace portal {
namespace {

std::string_view without_spaces_around(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string message_id(const OutgoingMail& mail, const MailSender& sender) {
  const std::string& address = sender.address().text();
  return "<" + mail.id.text() + address.substr(address.rfind('@')) + ">";
}

Result<std::string> head_of(const OutgoingMail& mail, const MailSender& sender) {
  std::string head;
  const std::array<Result<std::string>, 10> headers = {
      mail_header("Date", mail_date(mail.created)),
      address_header("From", sender.name(), sender.address()),
      address_header("To", "", mail.recipient),
      mail_header("Subject", mail.subject),
      mail_header("Message-ID", message_id(mail, sender)),
      mail_header("Auto-Submitted", "auto-generated"),
      mail_header("MIME-Version", "1.0"),
      mail_header("Content-Type", "text/plain; charset=utf-8"),
      mail_header("Content-Transfer-Encoding", "quoted-printable"),
      mail_header("Content-Language", code_of(mail.language))};
  for (const Result<std::string>& header : headers) {
    if (!header) return fail(header.error());
    head += *header;
  }
  return head + "\r\n";
}

}  // namespace

Result<MailSender> MailSender::parse(std::string_view text) {
  text = without_spaces_around(text);
  std::string_view name;
  std::string_view address = text;
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return fail(Errc::malformed, "sender: '>' without '<'");
    name = without_spaces_around(text.substr(0, open));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
      name = name.substr(1, name.size() - 2);
    }
    address = text.substr(open + 1, text.size() - open - 2);
  }
  Result<EmailAddress> parsed = EmailAddress::parse(address);
  if (!parsed) return fail(std::move(parsed).error());
  // The name is proven by making the header that it will stand in.
  if (Result<std::string> header = address_header("From", name, *parsed); !header) {
    return fail(std::move(header).error());
  }
  return MailSender(std::string(name), std::move(*parsed));
}

Result<Secret> compose_mail(const OutgoingMail& mail, const MailSender& sender) {
  const Result<std::string> head = head_of(mail, sender);
  if (!head) return fail(head.error());
  const Secret body = quoted_printable(mail.body);
  Secret message = Secret::of_size(head->size() + body.size());
  const auto end = std::ranges::copy(std::as_bytes(std::span(*head)), message.writable().begin());
  std::ranges::copy(body.reveal_bytes(), end.out);
  return message;
}

}  // namespace portal
