#include "daemon/outgoing.hpp"

#include <map>
#include <string>
#include <utility>

#include "api/report_routes.hpp"
#include "daemon/outbox_notice.hpp"

namespace portal {
namespace {

std::map<PortalId, LetterheadSettings> letterheads_of(const Configuration& configuration) {
  std::map<PortalId, LetterheadSettings> letterheads;
  for (const PortalSettings& settings : configuration.portals) {
    letterheads[settings.portal.id] = {settings.mail_from, settings.portal.name};
  }
  return letterheads;
}

}  // namespace

Outgoing::Outgoing(Needs needs, const Configuration& configuration,
                   std::vector<SmsGateway> gateways)
    : needs_(needs), memory_(needs.store) {
  const SmsGatewaysSettings& settings = configuration.sms_gateways;
  if (!gateways.empty()) {
    SmsReportAddress address;
    if (settings.report_port != 0) {
      reports_.emplace(needs.store, needs.keyring, needs.clock,
                       "http://127.0.0.1:" + std::to_string(settings.report_port));
      address = [this](const std::string& gateway, const MessageId& message) {
        return reports_->address(gateway, message);
      };
    }
    gateways_.emplace(std::move(gateways), settings.failures_in_a_row, settings.pause, memory_,
                      needs.clock, std::move(address));
    gateway_trials_.emplace(*gateways_, needs.words, needs.portals, needs.clock);
  }
  sms_trials_.emplace(needs.store, gateway_trials_ ? &*gateway_trials_ : nullptr, configuration.sms,
                      needs.clock);
}

Result<void> Outgoing::start(Configuration& configuration, OutboxNotice& notice) {
  auto opened = Spool::open({configuration.delivery.spool, letterheads_of(configuration)});
  if (!opened) return fail(std::move(opened).error());
  spool_.emplace(std::move(*opened));
  if (auto done = open_relays(configuration); !done) return done;
  MailCarrier& mail = relays_ ? static_cast<MailCarrier&>(*relays_) : *spool_;
  SmsCarrier& sms = gateways_ ? static_cast<SmsCarrier&>(*gateways_) : *spool_;
  switchboard_.emplace(mail, sms);
  worker_.emplace(
      DeliveryRound::Neighbours{needs_.store, needs_.words, *switchboard_, needs_.clock},
      configuration.delivery.worker);
  notice.on_queued([this] { worker_->notify(); });
  worker_->start();
  return {};
}

Result<void> Outgoing::open_relays(Configuration& configuration) {
  if (!configuration.mail.relays.empty()) {
    auto letterheads = Letterheads::parse(letterheads_of(configuration));
    if (!letterheads) return fail(std::move(letterheads).error());
    auto opened = MailTransport::open(std::move(configuration.mail), std::move(*letterheads));
    if (!opened) return fail(std::move(opened).error());
    relays_ = std::move(*opened);
    relay_trials_.emplace(*relays_, needs_.words, needs_.portals, needs_.clock);
  }
  mail_trials_.emplace(needs_.store, relay_trials_ ? &*relay_trials_ : nullptr, needs_.clock);
  return {};
}

/// On a listener of its own: the pages' one is for the world.
Result<void> Outgoing::take_reports(unsigned short port) {
  if (!reports_) return {};
  add_report_routes(report_routes_, *reports_);
  http::Listener listener;
  listener.kind = http::Listener::Kind::http_behind_proxy;
  listener.address = "127.0.0.1";
  listener.port = port;
  listener.proxies = {listener.address};
  auto started = http::Server::start(listener, {}, report_routes_);
  if (!started) return fail(std::move(started).error());
  report_server_ = std::move(*started);
  return {};
}

void Outgoing::stop_reports(std::chrono::milliseconds patience) {
  if (report_server_) report_server_->stop(patience);
}

}  // namespace portal
