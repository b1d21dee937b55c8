#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "domain/portals.hpp"
#include "http/router.hpp"

namespace portal {

class AdministrationService;
class ImportService;
class InvitedPeople;
class MailTrialService;
class OutboxAdministration;
class SmsTrialService;
class KeyRotation;

/// The administration as JSON over HTTP, for a Unix socket of its own; the document of it is
/// config/openapi.json. Every route asks the peer's credentials first: root and the members of the
/// allowed groups get on, everybody else, and everybody without credentials, is refused
/// (requirement C2). Thread-safe.
class AdministrationApi {
 public:
  struct Settings {
    std::set<std::uint32_t> allowed_groups;  ///< gids beside root; empty: root alone
    std::string version;                     ///< of the daemon, as GET /v1/status shows it
  };

  /// The longest request body; give it to the server as `http::Limits::body_bytes`.
  static constexpr std::size_t kBodyBytes = std::size_t{1024} * 1024;

  /// How mails and SMS are tried.
  struct Trials {
    MailTrialService& mail;
    SmsTrialService& sms;
  };

  /// What is given by reference must outlive this object.
  AdministrationApi(AdministrationService& service, ImportService& imports, InvitedPeople& invited,
                    OutboxAdministration& outbox, Trials trials, KeyRotation& rotation,
                    const Portals& portals, Settings settings, const Clock& clock);
  ~AdministrationApi();
  AdministrationApi(const AdministrationApi&) = delete;
  AdministrationApi& operator=(const AdministrationApi&) = delete;

  /// Adds every route under /v1/ and the error page. This object must outlive `router`.
  void add_routes(http::Router& router);

 private:
  class Context;
  std::unique_ptr<Context> context_;
};

}  // namespace portal
