#include "delivery/smtp_connection.hpp"

#include <string_view>

namespace portal {
namespace {

using namespace std::chrono_literals;

/// Less is not worth beginning.
constexpr std::chrono::milliseconds kLeastPatience = 100ms;

std::size_t give_content(char* into, std::size_t, std::size_t room, void* dialogue) {
  return static_cast<SmtpDialogue*>(dialogue)->give(into, room);
}

std::size_t drop_output(char*, std::size_t, std::size_t size, void*) { return size; }

std::uint16_t port_of(const MailRelay& relay) {
  if (relay.port != 0) return relay.port;
  switch (relay.security) {
    case SmtpSecurity::starttls: return 587;
    case SmtpSecurity::tls: return 465;
    case SmtpSecurity::none: return 25;
  }
  return 587;
}

std::string url_of(const MailRelay& relay) {
  const std::string host = relay.socket.empty() ? relay.host : "localhost";
  const bool ipv6 = host.find(':') != std::string::npos;
  return (relay.security == SmtpSecurity::tls ? "smtps://" : "smtp://") +
         (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port_of(relay)) + "/" + relay.helo;
}

}  // namespace

std::string SmtpHandover::text() const {
  std::string text(name_of(step));
  // A reply that was no refusal is not what it failed for.
  const std::string told = why.empty() || reply.code >= 400 ? reply.text() : why;
  return told.empty() ? text : text + ": " + told;
}

SmtpConnection::SmtpConnection(const MailRelay& relay, std::chrono::seconds keep_open)
    : relay_(relay) {
  curl_.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  address_relay();
  log_in();
  curl_.set(CURLOPT_UPLOAD, 1L);
  curl_.set(CURLOPT_READFUNCTION, &give_content);
  curl_.set(CURLOPT_READDATA, &dialogue_);
  curl_.set(CURLOPT_WRITEFUNCTION, &drop_output);
  // The only way to learn which command a reply belongs to.
  curl_.set(CURLOPT_VERBOSE, 1L);
  curl_.set(CURLOPT_DEBUGFUNCTION, &SmtpConnection::follow);
  curl_.set(CURLOPT_DEBUGDATA, this);
  sockets_.watch(curl_);
  // Otherwise a name server that does not answer would hold us beyond every limit.
  curl_.set(CURLOPT_QUICK_EXIT, 1L);
  curl_.set(CURLOPT_MAXCONNECTS, 1L);
  curl_.set(CURLOPT_MAXAGE_CONN, static_cast<long>(keep_open.count()));
}

// libcurl says QUIT, from a handle of its own.
SmtpConnection::~SmtpConnection() { sockets_.stop_listening(); }

int SmtpConnection::follow(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& connection = *static_cast<SmtpConnection*>(self);
  const std::string_view text(data, size);
  // Others are TLS records, and libcurl's own words.
  if (type == CURLINFO_HEADER_IN) connection.dialogue_.heard(text);
  if (type == CURLINFO_HEADER_OUT) {
    connection.dialogue_.said(text);
    if (connection.dialogue_.is_over()) connection.sockets_.stop_listening();
    if (connection.lacks_login()) connection.sockets_.cut();
  }
  return 0;
}

/// libcurl goes on without a login where none is offered; a relay that is to know us must ask.
bool SmtpConnection::lacks_login() const noexcept {
  return !relay_.user.empty() && dialogue_.step() == SmtpStep::sender && !dialogue_.has_login();
}

void SmtpConnection::address_relay() {
  curl_.set(CURLOPT_URL, url_of(relay_).c_str());
  if (!relay_.socket.empty()) curl_.set(CURLOPT_UNIX_SOCKET_PATH, relay_.socket.c_str());
  if (relay_.security == SmtpSecurity::starttls) {
    curl_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  }
  if (!relay_.ca_file.empty()) {
    curl_.set(CURLOPT_CAINFO, relay_.ca_file.c_str());
    curl_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void SmtpConnection::log_in() {
  if (relay_.user.empty()) return;
  curl_.set(CURLOPT_USERNAME, relay_.user.c_str());
  std::string password(relay_.password.reveal());  // libcurl wants a zero at its end
  curl_.set(CURLOPT_PASSWORD, password.c_str());
  wipe(password);
}

SmtpHandover SmtpConnection::hand_over(const SmtpEnvelope& envelope,
                                       std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  CurlList recipients;
  recipients.add(envelope.recipient.text());
  curl_.set(CURLOPT_MAIL_RCPT, recipients.get());
  curl_.set(CURLOPT_MAIL_FROM, envelope.sender.empty() ? nullptr : envelope.sender.c_str());
  // Without its size, or libcurl would not ask for the end, which is how we know that all was sent.

  dialogue_.begin(envelope.message.reveal());
  SmtpHandover result = attempt(patience);
  const bool kept = curl_.info<long>(CURLINFO_NUM_CONNECTS) == 0;
  const bool begun = result.step == SmtpStep::content || result.step == SmtpStep::end;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  if (result.outcome == SmtpOutcome::relay_failed && kept && !begun && left > kLeastPatience) {
    dialogue_.begin(envelope.message.reveal());
    curl_.set(CURLOPT_FRESH_CONNECT, 1L);
    result = attempt(left);
    curl_.set(CURLOPT_FRESH_CONNECT, 0L);
  }
  dialogue_.begin({});
  curl_.set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  return result;
}

SmtpHandover SmtpConnection::attempt(std::chrono::milliseconds patience) {
  curl_.set_time_limits(patience, std::min(patience, relay_.connect_timeout));
  const CURLcode code = curl_.perform();
  SmtpHandover result{SmtpOutcome::relay_failed, dialogue_.step(), dialogue_.reply(), {}};
  if (code == CURLE_OK && result.step == SmtpStep::end) {
    result.outcome = SmtpOutcome::accepted;
    return result;
  }
  result.outcome = outcome_of(result.step, result.reply);
  result.why = lacks_login() ? "the relay offers no login" : curl_.why(code);
  return result;
}

}  // namespace portal
