#include "delivery/mail_message.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

#include "delivery/mail_encoding.hpp"
#include "delivery/mail_header.hpp"
#include "delivery/mail_html.hpp"

namespace portal {
namespace {

std::string_view without_spaces_around(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// As it is, never folded or encoded: RFC 5322 section 3.6.4 knows neither within the angles.
std::string message_id_header(const OutgoingMail& mail, const MailSender& sender) {
  const std::string& address = sender.address().text();
  return "Message-ID: <" + mail.id.text() + address.substr(address.rfind('@')) + ">\r\n";
}

/// An id becomes part of a Message-ID and of a boundary.
bool is_harmless_id(std::string_view id) {
  return !id.empty() && id.size() <= 60 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// RFC 2045 section 6.7: "=_" stands in no quoted-printable text.
std::string boundary_of(const OutgoingMail& mail) { return "=_" + mail.id.text(); }

Result<std::string> head_of(const OutgoingMail& mail, const MailSender& sender) {
  std::string head;
  const std::array<Result<std::string>, 8> headers = {
      mail_header("Date", mail_date(mail.created)),
      address_header("From", sender.name(), sender.address()),
      address_header("To", "", mail.recipient),
      mail_header("Subject", mail.subject),
      Result<std::string>(message_id_header(mail, sender)),
      mail_header("Auto-Submitted", "auto-generated"),
      mail_header("Content-Language", code_of(mail.language)),
      mail_header("MIME-Version", "1.0")};
  for (const Result<std::string>& header : headers) {
    if (!header) return fail(header.error());
    head += *header;
  }
  return head + "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary_of(mail) +
         "\"\r\n\r\n";
}

std::string head_of_part(std::string_view delimiter, std::string_view type) {
  return std::string(delimiter) + "\r\nContent-Type: " + std::string(type) +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
}

Secret joined(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  Secret whole = Secret::of_size(size);
  auto end = whole.writable().begin();
  for (const std::string_view piece : pieces) {
    end = std::ranges::copy(std::as_bytes(std::span(piece)), end).out;
  }
  return whole;
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

Result<Secret> compose_mail(const OutgoingMail& mail, const MailSender& sender,
                            std::string_view heading) {
  if (!is_harmless_id(mail.id.text())) return fail(Errc::malformed, "message id: not a token");
  const Result<std::string> head = head_of(mail, sender);
  if (!head) return fail(head.error());
  const std::string delimiter = "--" + boundary_of(mail);
  const Secret text = quoted_printable(mail.body);
  const Secret html = quoted_printable(html_of(mail.body, heading, mail.language));
  return joined({*head, head_of_part(delimiter, "text/plain"), text.reveal(), "\r\n",
                 head_of_part(delimiter, "text/html"), html.reveal(), "\r\n", delimiter, "--\r\n"});
}

}  // namespace portal
