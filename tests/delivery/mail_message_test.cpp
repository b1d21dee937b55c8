#include "delivery/mail_message.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "delivery/mail_encoding.hpp"
#include "delivery/mail_header.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

OutgoingMail mail_with(std::string subject, std::string_view body) {
  return {MessageId("abcdefghijklmnopqrstuvwxyz"),
          PortalId("flex"),
          *EmailAddress::parse("anna.muster@example.ch"),
          Language::fr,
          std::move(subject),
          Secret(body),
          from_millis(1'795'459'821'123),
          from_millis(1'795'546'221'123)};
}

MailSender flex() { return *MailSender::parse("Portail «Flex» <noreply@flex.example.ch>"); }

std::string composed(std::string subject, std::string_view body) {
  const Result<Secret> message =
      compose_mail(mail_with(std::move(subject), body), flex(), "Portail flex");
  assert_ok(message);
  return std::string(message->reveal());
}

/// What an independent reader (Python's) sees in a mail: subject, from, body.
std::string read_by_python(const std::string& message, const std::string& part = "plain") {
  char name[] = "/tmp/portal-test-XXXXXX";
  const int fd = ::mkstemp(name);
  assert_true(fd >= 0);
  std::FILE* file = ::fdopen(fd, "w");
  std::fwrite(message.data(), 1, message.size(), file);
  std::fclose(file);
  const std::string command =
      "/usr/bin/python3 -c 'import email,email.policy,sys\n"
      "m=email.message_from_binary_file(open(sys.argv[1],\"rb\"),policy=email.policy.default)\n"
      "assert not m.defects, m.defects\n"
      "assert all(not h.defects for h in m.values()), [h.defects for h in m.values()]\n"
      "sys.stdout.buffer.write(\"|\".join([m[\"subject\"],m[\"from\"].addresses[0].display_name,"
      "m[\"from\"].addresses[0].addr_spec,m[\"to\"],m.get_body((sys.argv[2],)).get_content()])."
      "encode())' " +
      std::string(name) + " " + part;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output.append(buffer.data(), got);
  }
  assert_int_equal(::pclose(pipe), 0);
  std::remove(name);
  return output;
}

void a_mail_is_what_the_standards_want(void**) {
  // RFC 5322, RFC 3834
  test::assert_text(
      composed("Votre code", "Code: 447683\n"),
      "Date: Mon, 23 Nov 2026 18:50:21 +0000\r\n"
      "From: =?UTF-8?Q?Portail_=C2=ABFlex=C2=BB?=\r\n"
      " <noreply@flex.example.ch>\r\n"
      "To: anna.muster@example.ch\r\n"
      "Subject: Votre code\r\n"
      "Message-ID: <abcdefghijklmnopqrstuvwxyz@flex.example.ch>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "Content-Language: fr\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative;\r\n"
      " boundary=\"=_abcdefghijklmnopqrstuvwxyz\"\r\n"
      "\r\n"
      "--=_abcdefghijklmnopqrstuvwxyz\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "Code: 447683\r\n"
      "\r\n"
      "--=_abcdefghijklmnopqrstuvwxyz\r\n"
      "Content-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "<!DOCTYPE html>\r\n"
      "<html lang=3D\"fr\">\r\n"
      "<head>\r\n"
      "<meta charset=3D\"utf-8\">\r\n"
      "<title>Portail flex</title>\r\n"
      "</head>\r\n"
      "<body style=3D\"margin:24px;font-family:sans-serif;font-size:16px;line-heigh=\r\n"
      "t:1.5;color:#1a1a1a;background:#ffffff\">\r\n"
      "<h1 style=3D\"font-size:20px\">Portail flex</h1>\r\n"
      "<p>Code: 447683</p>\r\n"
      "</body>\r\n"
      "</html>\r\n"
      "\r\n"
      "--=_abcdefghijklmnopqrstuvwxyz--\r\n");
}

void another_reader_sees_the_same_words(void**) {
  // RFC 2045, RFC 2047
  const std::string subject =
      "Bestätigung: «Ihr Code» – für das Vorsorgeportal der Stiftung Genève";
  const std::string body = "Grüezi Anna\n\nIhr Code: 44768312 = gut \t\n" + std::string(300, 'x') +
                           "\nÀ bientôt, 😀 trailing space \n.\nFrom here\n" + std::string(80, ' ') +
                           "\nlast line";
  test::assert_text(
      read_by_python(composed(subject, body)),
      subject + "|Portail «Flex»|noreply@flex.example.ch|anna.muster@example.ch|" + body + "\n");
}

void the_page_has_the_same_words_and_nothing_from_elsewhere(void**) {
  // W5: what a mail shows is in the mail
  const std::string message = composed(
      "Code", "Bonjour\n\nCode: 447683\nde <a href=\"https://x.example\">& co</a>\n\n\nFin\n");
  const std::string page = read_by_python(message, "html");
  assert_true(
      page.find("<p>Bonjour</p>\n<p>Code: 447683<br>\nde &lt;a "
                "href=&quot;https://x.example&quot;&gt;&amp; co&lt;/a&gt;</p>\n<p>Fin</p>") !=
      std::string::npos);
  for (const char* outside : {"<img", "<a ", "<link", "<script", "url(", "src="}) {
    assert_true(page.find(outside) == std::string::npos);
  }
}

void no_line_is_longer_than_the_standards_allow(void**) {
  // RFC 2045 section 6.7, RFC 2047 section 2
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "é😀 x=";
  const std::string narrow(300, 'x');
  const std::string message = composed("Sujet " + wide, wide + wide + "\n" + wide + "\n" + narrow);
  std::size_t start = 0;
  while (start < message.size()) {
    const std::size_t end = message.find("\r\n", start);
    assert_true(end != std::string::npos);
    assert_true(end - start <= 76);
    assert_true(message.find('\n', start) == end + 1);
    start = end + 2;
  }
  test::assert_text(read_by_python(message).substr(0, 6 + wide.size()), "Sujet " + wide);
}

void a_header_value_cannot_start_another_header(void**) {
  // RFC 5322 section 2.2: header injection
  for (const std::string_view value :
       {std::string_view("x\r\nBcc: all@example.ch"), std::string_view("x\nBcc: y"),
        std::string_view("x\ry"), std::string_view("x\0y", 3), std::string_view("x\ty"),
        std::string_view("x\xFF"), std::string_view("x\xC2\x85y")}) {
    assert_error(mail_header("Subject", value), Errc::malformed);
    assert_error(address_header("From", value, flex().address()), Errc::malformed);
    assert_error(compose_mail(mail_with(std::string(value), "x"), flex(), ""), Errc::malformed);
    assert_error(MailSender::parse(std::string(value) + " <a@example.ch>"), Errc::malformed);
  }
  assert_error(mail_header("Subject", std::string(999, 'x')), Errc::malformed);
  // A line separator of Unicode is no control character; encoded, it is harmless.
  test::assert_text(*mail_header("Subject", "x\xE2\x80\xA8y"),
                    "Subject: =?UTF-8?Q?x=E2=80=A8y?=\r\n");
}

void an_id_that_could_end_a_header_is_refused(void**) {
  // RFC 5322 section 2.2: header injection
  for (const char* id : {"", "a\r\nBcc: b", "a>", "a b", "a\"b", "../a"}) {
    OutgoingMail mail = mail_with("x", "y");
    mail.id = MessageId(id);
    assert_error(compose_mail(mail, flex(), ""), Errc::malformed);
  }
}

void what_looks_like_an_encoded_word_is_encoded(void**) {
  // RFC 2047 section 7
  test::assert_text(*mail_header("Subject", "=?UTF-8?Q?=0AX?="),
                    "Subject: =?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3F=3D0AX=3F=3D?=\r\n");
}

void senders_are_read_with_and_without_a_name(void**) {
  // RFC 5322 section 3.4
  const Result<MailSender> bare = MailSender::parse(" noreply@flex.example.ch ");
  assert_ok(bare);
  test::assert_text(bare->name(), "");
  test::assert_text(bare->address().text(), "noreply@flex.example.ch");
  const Result<MailSender> named = MailSender::parse("\"Flex, the portal\" <noreply@example.ch>");
  assert_ok(named);
  test::assert_text(named->name(), "Flex, the portal");
  test::assert_text(*address_header("From", "A \"b\" \\", named->address()),
                    "From: \"A \\\"b\\\" \\\\\"\r\n <noreply@example.ch>\r\n");
  for (const char* text :
       {"", "flex", "Flex <flex>", "Flex noreply@example.ch>", "<>", "Flex <a@example.ch> x"}) {
    assert_error(MailSender::parse(text), Errc::malformed);
  }
}

void the_same_mail_gives_the_same_bytes(void**) {
  // DESIGN 2, outbox: a second send overwrites the first
  test::assert_text(composed("é", "ü"), composed("é", "ü"));
}

void times_are_written_without_a_locale(void**) {
  // RFC 5322 section 3.3, RFC 3339
  test::assert_text(mail_date(from_millis(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
  test::assert_text(mail_date(from_millis(1'709'209'799'999)), "Thu, 29 Feb 2024 12:29:59 +0000");
  test::assert_text(iso_time(from_millis(1'709'209'799'999)), "2024-02-29T12:29:59.999Z");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mail_is_what_the_standards_want),
      cmocka_unit_test(another_reader_sees_the_same_words),
      cmocka_unit_test(the_page_has_the_same_words_and_nothing_from_elsewhere),
      cmocka_unit_test(an_id_that_could_end_a_header_is_refused),
      cmocka_unit_test(no_line_is_longer_than_the_standards_allow),
      cmocka_unit_test(a_header_value_cannot_start_another_header),
      cmocka_unit_test(what_looks_like_an_encoded_word_is_encoded),
      cmocka_unit_test(senders_are_read_with_and_without_a_name),
      cmocka_unit_test(the_same_mail_gives_the_same_bytes),
      cmocka_unit_test(times_are_written_without_a_locale),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
