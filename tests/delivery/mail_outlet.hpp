#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "delivery/mail_transport.hpp"
#include "fake_outbox.hpp"
#include "scripted_smtp.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

inline constexpr std::chrono::milliseconds kConnectTimeout{300};
inline constexpr std::chrono::milliseconds kTimeout{800};

inline Letterheads letterheads() {
  return *Letterheads::parse({{PortalId("flex"), {"Flex <noreply@flex.example.ch>", {}}}});
}

inline OutgoingMail mail(const char* id = "m1",
                         std::string_view body = "Code 447683\n.\n..\n.dots\n") {
  return {MessageId(id),
          PortalId("flex"),
          *EmailAddress::parse("anna@example.ch"),
          Language::de,
          "Ihr Code",
          Secret(body),
          from_millis(1'795'459'821'123),
          from_millis(1'795'459'921'123)};
}

inline MailRelay relay_at(const ScriptedSmtp& server, const char* name = "first") {
  MailRelay relay;
  relay.name = name;
  relay.host = "127.0.0.1";
  relay.port = server.port();
  relay.security = SmtpSecurity::none;
  relay.helo = "portal.example.ch";
  relay.connect_timeout = kConnectTimeout;
  relay.timeout = kTimeout;
  return relay;
}

struct Outlet {
  template <class... Servers>
  explicit Outlet(const Servers&... servers) {
    const char* names[] = {"first", "second", "third"};
    std::size_t next = 0;
    (settings.relays.push_back(relay_at(servers, names[next++])), ...);
  }
  MailTransport& open() {
    auto opened = MailTransport::open(std::move(settings), letterheads());
    assert_ok(opened);
    transport = std::move(*opened);
    return *transport;
  }
  CapturedLog log;
  MailSettings settings;
  std::unique_ptr<MailTransport> transport;
};

inline std::chrono::milliseconds time_of(const std::function<void()>& act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

/// How many of the commands begin so.
inline long count(const ScriptedSmtp& server, std::string_view start) {
  const auto said = server.commands();
  return std::ranges::count_if(said,
                               [&](const std::string& line) { return line.starts_with(start); });
}

}  // namespace portal::test
