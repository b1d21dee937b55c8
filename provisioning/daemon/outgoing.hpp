#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/keyring.hpp"
#include "daemon/configuration.hpp"
#include "delivery/mail_transport.hpp"
#include "delivery/mail_trials.hpp"
#include "delivery/sms/gateways.hpp"
#include "delivery/sms/store_memory.hpp"
#include "delivery/sms/trials.hpp"
#include "delivery/spool.hpp"
#include "delivery/switchboard.hpp"
#include "delivery/worker.hpp"
#include "domain/mail_trial.hpp"
#include "domain/sms_reports.hpp"
#include "domain/sms_trial.hpp"
#include "http/server.hpp"

namespace portal {

class OutboxNotice;

/// How mails and SMS leave the house: by relays and gateways, and into the spool where there are
/// none; what gateways report of SMS; and how an administrator tries both.
class Outgoing {
 public:
  struct Needs {
    Store& store;
    const Phrasebook& words;
    const Keyring& keyring;
    const Portals& portals;
    const Clock& clock;
  };
  /// Opens the gateways, so that the services can ask whether an SMS can leave.
  Outgoing(Needs needs, const Configuration& configuration, std::vector<SmsGateway> gateways);

  /// Nullptr: always, into the spool.
  const SmsWay* sms_way() const noexcept { return gateways_ ? &*gateways_ : nullptr; }

  /// Opens the rest, and begins to deliver; the relays' passwords are moved out of the
  /// configuration. Fails: as the part that could not be opened.
  Result<void> start(Configuration& configuration, OutboxNotice& notice);
  /// Takes gateways' reports from now on, where they are wanted. Fails: as http::Server.
  Result<void> take_reports(unsigned short port);

  // Once it has started.
  MailTrialService& mail_trials() { return *mail_trials_; }
  SmsTrialService& sms_trials() { return *sms_trials_; }

  void stop_reports(std::chrono::milliseconds patience);
  /// Ends what is in flight.
  void stop() { worker_->stop(); }

 private:
  Result<void> open_relays(Configuration& configuration);

  Needs needs_;
  StoreSmsMemory memory_;
  std::optional<SmsReports> reports_;      ///< none are taken
  std::optional<SmsGateways> gateways_;    ///< none: SMS go into the spool
  std::unique_ptr<MailTransport> relays_;  ///< nullptr: mails go into the spool
  std::optional<GatewayTrials> gateway_trials_;
  std::optional<RelayTrials> relay_trials_;
  std::optional<SmsTrialService> sms_trials_;
  std::optional<MailTrialService> mail_trials_;
  std::optional<Spool> spool_;
  std::optional<Switchboard> switchboard_;
  std::optional<DeliveryWorker> worker_;
  http::Router report_routes_;
  std::unique_ptr<http::Server> report_server_;
};

}  // namespace portal
