// From the outbox to the relay, through the real worker: how long a mail is under way.
#include <algorithm>
#include <chrono>

#include "delivery/mail_transport.hpp"
#include "delivery/switchboard.hpp"
#include "delivery/worker.hpp"
#include "fake_outbox.hpp"
#include "scripted_smtp.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using test::ScriptedSmtp;
using Client = ScriptedSmtp::Client;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr int kMails = 100;

struct NoSms final : SmsCarrier {
  Result<void> send(const OutgoingSms&) override {
    return portal::fail(Errc::malformed, "mails alone are wanted here");
  }
};

/// A worker that hands mails to two relays, with the settings that the product has by itself.
struct House {
  House(std::uint16_t first, std::uint16_t second) {
    MailSettings settings;
    for (const std::uint16_t port : {first, second}) {
      MailRelay relay;
      relay.name = port == first ? "first" : "second";
      relay.host = "127.0.0.1";
      relay.port = port;
      relay.security = SmtpSecurity::none;
      settings.relays.push_back(std::move(relay));
    }
    auto opened = MailTransport::open(
        std::move(settings),
        *Letterheads::parse({{PortalId("flex"), {"Flex <noreply@flex.example.ch>", {}}}}));
    assert_ok(opened);
    transport = std::move(*opened);
    ways_out.emplace(*transport, no_sms);
    worker.emplace(DeliveryRound::Neighbours{store, phrasebook, *ways_out, clock},
                   DeliverySettings{.look_every = 10min});
    worker->start();
  }

  /// How long each of the mails took, sorted; one is wanted every 20 ms.
  std::vector<milliseconds> times() {
    std::vector<steady_clock::time_point> wanted;
    std::vector<milliseconds> took(kMails, milliseconds(-1));
    int left = kMails;
    const auto end = steady_clock::now() + 30s;
    while (left > 0) {
      if (steady_clock::now() > end)
        fail_msg("%d mails were not handed over:\n%s", left, log.text().substr(0, 2000).c_str());
      if (wanted.size() < kMails) {
        const std::string id = "m" + std::to_string(wanted.size());
        store.put(test::code_mail(clock, id, id));
        wanted.push_back(steady_clock::now());
        worker->notify();
      }
      std::this_thread::sleep_for(20ms);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (took[i] >= 0ms ||
            store.look_at(MessageId("m" + std::to_string(i))).state != MessageState::sent) {
          continue;
        }
        took[i] = std::chrono::duration_cast<milliseconds>(steady_clock::now() - wanted[i]);
        --left;
      }
    }
    std::ranges::sort(took);
    return took;
  }

  test::CapturedLog log;
  test::FakeClock clock;
  test::FakeStore store;
  test::FakePhrasebook phrasebook;
  std::unique_ptr<MailTransport> transport;
  NoSms no_sms;
  std::optional<Switchboard> ways_out;
  std::optional<DeliveryWorker> worker;
};

void assert_within_two_seconds(const char* what, House& house) {
  const auto took = house.times();
  print_message(
      "%s: p50 %d ms, p99 %d ms, longest %d ms\n", what, static_cast<int>(took[kMails / 2].count()),
      static_cast<int>(took[kMails * 99 / 100 - 1].count()), static_cast<int>(took.back().count()));
  assert_true(took.back() < 2s);
}

void a_mail_is_handed_over_within_two_seconds(void**) {
  // R10
  const ScriptedSmtp first;
  const ScriptedSmtp second;
  House house(first.port(), second.port());
  assert_within_two_seconds("healthy", house);
  assert_int_equal(first.mails().size(), kMails);
}

void also_when_nothing_listens_at_the_first_relay(void**) {
  // R10
  const ScriptedSmtp second;
  std::uint16_t closed = 0;
  {
    const ScriptedSmtp gone;
    closed = gone.port();
  }
  House house(closed, second.port());
  assert_within_two_seconds("first relay refuses", house);
  assert_int_equal(second.mails().size(), kMails);
}

void also_when_the_first_relay_hangs(void**) {
  // R10: those that are wanted in its first 1.5 s wait for it, and then hardly any
  const ScriptedSmtp silent({{"greeting", [](const Client& client) { client.hang(); }}});
  const ScriptedSmtp second;
  House house(silent.port(), second.port());
  assert_within_two_seconds("first relay hangs", house);
  assert_int_equal(second.mails().size(), kMails);
  assert_true(silent.connections() < 12);
}

void also_when_the_first_relay_is_slow(void**) {
  // R10: four at a time
  const ScriptedSmtp slow({{".", [](const Client& client) {
                              std::this_thread::sleep_for(50ms);
                              client.say("250 taken\r\n");
                            }}});
  const ScriptedSmtp second;
  House house(slow.port(), second.port());
  assert_within_two_seconds("50 ms for each mail", house);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mail_is_handed_over_within_two_seconds),
      cmocka_unit_test(also_when_nothing_listens_at_the_first_relay),
      cmocka_unit_test(also_when_the_first_relay_hangs),
      cmocka_unit_test(also_when_the_first_relay_is_slow),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
