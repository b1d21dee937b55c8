#include "api/administration_api.hpp"

#include <utility>

#include "api/problem.hpp"
#include "api/routes.hpp"

namespace portal {

class AdministrationApi::Context {
 public:
  Context(AdministrationService& service, ImportService& imports, InvitedPeople& invited,
          OutboxAdministration& outbox, Trials trials, KeyRotation& rotation,
          const Portals& portals, Settings settings, const Clock& clock)
      : service_(service),
        imports_(imports),
        invited_(invited),
        outbox_(outbox),
        trials_(trials),
        rotation_(rotation),
        portals_(portals),
        settings_(std::move(settings)),
        clock_(clock),
        started_(clock.now()) {}

  void add_routes(http::Router& router) {
    api::GuardedRouter guarded(router, settings_.allowed_groups);
    guarded.add(http::Method::get, "/v1/status",
                [this](const http::Request&, const Administrator&) { return status(); });
    api::add_import_routes(guarded, imports_, portals_);
    api::add_code_routes(guarded, service_);
    api::add_account_routes(guarded, service_);
    api::add_session_routes(guarded, service_);
    api::add_audit_routes(guarded, service_);
    api::add_person_routes(guarded, invited_);
    api::add_outbox_routes(guarded, outbox_);
    api::add_mail_routes(guarded, trials_.mail);
    api::add_sms_routes(guarded, trials_.sms);
    api::add_key_routes(guarded, rotation_);
    router.set_error_page([](int status, const http::Request&) {
      return api::to_response(api::problem_of_status(status));
    });
  }

 private:
  http::Response status() const {
    std::vector<api::JsonObject> portals;
    for (const Portal& portal : portals_.all()) {
      api::JsonObject view;
      view.text("id", portal.id.text()).text("host", portal.host);
      portals.push_back(std::move(view));
    }
    api::JsonObject body;
    body.text("status", "up")
        .text("version", settings_.version)
        .time("started", started_)
        .time("now", clock_.now())
        .list("portals", portals);
    return api::json_response(body);
  }

  AdministrationService& service_;
  ImportService& imports_;
  InvitedPeople& invited_;
  OutboxAdministration& outbox_;
  const Trials trials_;
  KeyRotation& rotation_;
  const Portals& portals_;
  Settings settings_;
  const Clock& clock_;
  UtcTime started_;
};

AdministrationApi::AdministrationApi(AdministrationService& service, ImportService& imports,
                                     InvitedPeople& invited, OutboxAdministration& outbox,
                                     Trials trials, KeyRotation& rotation, const Portals& portals,
                                     Settings settings, const Clock& clock)
    : context_(std::make_unique<Context>(service, imports, invited, outbox, trials, rotation,
                                         portals, std::move(settings), clock)) {}

AdministrationApi::~AdministrationApi() = default;

void AdministrationApi::add_routes(http::Router& router) { context_->add_routes(router); }

}  // namespace portal
