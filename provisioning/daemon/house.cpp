#include "daemon/house.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "api/administration_api.hpp"
#include "base/log.hpp"
#include "daemon/alarm_log.hpp"
#include "daemon/fault_points.hpp"
#include "daemon/foundations.hpp"
#include "daemon/gated_directory.hpp"
#include "daemon/housekeeper.hpp"
#include "daemon/import_worker.hpp"
#include "daemon/opening.hpp"
#include "daemon/outbox_notice.hpp"
#include "daemon/outgoing.hpp"
#include "daemon/services.hpp"
#include "domain/key_rotation.hpp"
#include "domain/password_limits.hpp"
#include "domain/password_storage.hpp"
#include "domain/ports/intents.hpp"
#include "domain/ports/store.hpp"
#include "ipc/server.hpp"
#include "store/deferring_store.hpp"
#include "web/site.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

static_assert(AdministrationApi::kBodyBytes == std::size_t{1024} * 1024,
              "AdministrationSettings says the same");

constexpr auto kProofPause = 1h;
constexpr auto kProofRetry = 5s;
constexpr auto kRetry = 60s;
constexpr auto kSettlePause = 15s;
constexpr auto kPolicyPause = 24h;
constexpr auto kThrowOutPause = 1s;
constexpr auto kThrowOutRetry = 10s;
constexpr auto kLostPause = 15s;
constexpr auto kTellPause = 30s;
constexpr auto kKeyPause = 1s;
/// An activation that has been under way for so long was left behind by a failure.
constexpr auto kLeftBehind = 60s;

Portals portals_of(const Configuration& configuration) {
  std::vector<Portal> portals;
  for (const PortalSettings& settings : configuration.portals) portals.push_back(settings.portal);
  return Portals(std::move(portals));
}

web::SiteSettings site_of(const Configuration& configuration) {
  web::SiteSettings site;
  site.refusal_schedule = configuration.web.refusal_schedule;
  site.session_idle = configuration.login.session_idle;
  site.home_region = configuration.sms.home_region;
  site.password_profile = configuration.registration.profile;
  return site;
}

}  // namespace

/// Members stand in the order of their needs: each is made after, and ended before, what it uses.
struct House::Rooms {
  Rooms(Configuration settings, Foundations foundations)
      : configuration(std::move(settings)),
        portals(portals_of(configuration)),
        base(std::move(foundations)) {}

  Result<void> open_store();
  Result<void> open_registration();
  Result<void> start_servers(int login_socket);
  void start_housekeeping();
  Result<void> finish_activations();
  Result<void> look_at_password_policy();

  Configuration configuration;
  SystemClock clock;
  Portals portals;
  Foundations base;

  std::unique_ptr<SqlStore> sql_store;
  Store* store = nullptr;          ///< sql_store, behind its decorators
  Directory* directory = nullptr;  ///< base.directory, behind its decorators
#ifdef PORTAL_FAULT_POINTS
  std::optional<fault_points::FaultingStore> faulting_store;
  std::optional<fault_points::FaultingDirectory> faulting_directory;
#endif
  std::optional<AlarmLog> alarms;
  std::optional<OutboxNotice> notice;
  std::optional<DeferringStore> deferring;
  std::optional<GatedDirectory> gate;

  std::optional<Outgoing> outgoing;
  std::optional<Services> services;
  std::optional<Opening> opening;
  std::optional<KeyRotation> rotation;

  std::unique_ptr<ipc::LoginFace> login_face;
  std::optional<AdministrationApi> api;
  std::optional<web::Site> site;
  http::Router api_routes;
  http::Router site_routes;
  std::unique_ptr<ipc::Server> login_server;
  std::unique_ptr<http::Server> api_server;
  std::unique_ptr<http::Server> web_server;

  std::optional<Housekeeper> housekeeper;
  std::optional<ImportWorker> import_worker;
  std::optional<Housekeeper> key_keeper;  ///< sealing anew takes its time
};

Result<void> House::Rooms::open_store() {
  auto opened = SqlStore::open(configuration.store, base.keyring, clock);
  if (!opened) return fail(std::move(opened).error());
  sql_store = std::move(*opened);
  store = sql_store.get();
  directory = base.directory.get();
#ifdef PORTAL_FAULT_POINTS
  store = &faulting_store.emplace(*store);
  directory = &faulting_directory.emplace(*directory);
#endif
  store = &alarms.emplace(*store);
  store = &notice.emplace(*store);
  store = &deferring.emplace(*store);
  gate.emplace(*directory);
  outgoing.emplace(Outgoing::Needs{*store, *base.words, base.keyring, portals, clock},
                   configuration, std::move(base.sms_gateways));
  configuration.login.sms.way = outgoing->sms_way();
  configuration.registration.sms.way = outgoing->sms_way();
  services.emplace(Services::Needs{*store, *directory, *gate, clock, portals, base, configuration});
  opening.emplace(*directory, services->settling, *gate);
  const std::string node =
      base.host->id().machine + ":" + configuration.administration.listener.socket.string();
  rotation.emplace(*store, base.keyring, clock, KeyRotation::Place{configuration.key_file, node});
  return {};
}

Result<void> House::Rooms::open_registration() {
  const Result<void> opened = opening->attempt();
  if (opened || gate->is_open()) return {};
  // The housekeeper tries again.
  if (opened.error().code == Errc::unavailable) return {};
  return fail(opened.error());
}

Result<void> House::Rooms::start_servers(int login_socket) {
  login_face = ipc::face_of(services->logins, services->sessions, services->password_changes);
  ipc::Settings login_settings = configuration.pam;
  login_settings.inherited_socket = login_socket;
  auto login = ipc::Server::start(std::move(login_settings), *login_face, *base.words);
  if (!login) return fail(std::move(login).error());
  login_server = std::move(*login);

  api.emplace(services->administration, services->imports, services->invited, services->outbox,
              AdministrationApi::Trials{outgoing->mail_trials(), outgoing->sms_trials()}, *rotation,
              portals, AdministrationApi::Settings{{::getegid()}, PORTAL_VERSION}, clock);
  api->add_routes(api_routes);
  auto api_started = http::Server::start(configuration.administration.listener,
                                         configuration.administration.limits, api_routes);
  if (!api_started) return fail(std::move(api_started).error());
  api_server = std::move(*api_started);

  site.emplace(web::Site::Neighbours{services->registrations, services->logins, services->sessions,
                                     *store, portals, *base.words, base.qr_codes, base.keyring,
                                     clock, services->recovery, services->password_resets,
                                     services->password_changes, services->factor_changes},
               site_of(configuration));
  site->add_routes(site_routes);
  auto web_started =
      http::Server::start(configuration.web.listener, configuration.web.limits, site_routes);
  if (!web_started) return fail(std::move(web_started).error());
  web_server = std::move(*web_started);
  return outgoing->take_reports(configuration.sms_gateways.report_port);
}

/// What a directory that failed left half-done, while the daemon ran. Those that are under way in
/// another thread are left alone.
Result<void> House::Rooms::finish_activations() {
  if (!gate->is_open()) return {};
  const UtcTime oldest = clock.now() - kLeftBehind;
  const auto left_behind = in_read<bool>(*store, [&](Transaction& transaction) -> Result<bool> {
    const auto open = transaction.intents().open();
    if (!open) return fail(open.error());
    return std::ranges::any_of(*open,
                               [&](const Intent& intent) { return intent.written < oldest; });
  });
  if (!left_behind) return fail(left_behind.error());
  return *left_behind ? services->settling.settle_intents() : Result<void>();
}

/// Only told: a directory's policy can be changed at any time, and refusing to serve would lock
/// everybody out for fear that somebody is.
Result<void> House::Rooms::look_at_password_policy() {
  const auto compared = compare_limits(configuration.login, *directory);
  if (!compared) return fail(compared.error());
  if (!compared->told.empty()) log(LogLevel::warning, compared->told);
  const auto storage = directory->password_storage();
  if (!storage) return fail(storage.error());
  if (!*storage) {
    log(LogLevel::info, "the directory does not show how it stores passwords");
  } else if (const std::string weakness = weakness_of(**storage); !weakness.empty()) {
    log(LogLevel::warning, weakness);
  }
  return {};
}

void House::Rooms::start_housekeeping() {
  const auto pause = configuration.housekeeping_pause;
  const auto first_proof = gate->is_open() ? std::chrono::milliseconds(kProofPause) : 0ms;
  std::vector<Chore> chores;
  chores.push_back({"prove the staging subtree safe", [this] { return opening->attempt(); },
                    kProofPause, kProofRetry, first_proof});
  chores.push_back({"look at the password policy", [this] { return look_at_password_policy(); },
                    kPolicyPause, kRetry});
  chores.push_back({"finish half-done activations", [this] { return finish_activations(); },
                    kSettlePause, kRetry, kSettlePause});
  chores.push_back({"tell of changes of password that were cut off",
                    [this] { return services->password_changes.settle(); }, kSettlePause, kRetry,
                    kSettlePause});
  chores.push_back({"tell of resets of password that were cut off",
                    [this] { return services->password_resets.settle(); }, kSettlePause, kRetry,
                    kSettlePause});
  chores.push_back({"throw out whose session was ended",
                    [this] { return services->host_sessions.throw_out(); }, kThrowOutPause,
                    kThrowOutRetry, kThrowOutPause});
  chores.push_back({"end sessions whose process is gone",
                    [this] { return services->host_sessions.end_lost(); }, kLostPause, kRetry, 0s});
  chores.push_back({"end stale registrations", [this] { return services->registrations.sweep(); },
                    pause, kRetry, pause});
  chores.push_back(
      {"forget old data", [this] { return sql_store->keep_house(); }, pause, kRetry, pause});
  housekeeper.emplace(std::move(chores));
  import_worker.emplace(services->imports);

  chores.clear();
  chores.push_back(
      {"tell which keys are held", [this] { return rotation->tell(); }, kTellPause, kKeyPause});
  chores.push_back({"look which key is active", [this] { return rotation->follow(); }, kKeyPause,
                    kKeyPause, kKeyPause});
  chores.push_back({"seal with the active key", [this] { return rotation->reseal(); }, kKeyPause,
                    kKeyPause, kKeyPause});
  key_keeper.emplace(std::move(chores));
}

House::House(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
House::~House() = default;

Result<std::unique_ptr<House>> House::build(Configuration configuration, int login_socket) {
  auto foundations = Foundations::lay(configuration);
  if (!foundations) return fail(std::move(foundations).error());
  auto rooms = std::make_unique<Rooms>(std::move(configuration), std::move(*foundations));
  if (auto done = rooms->open_store(); !done) return fail(std::move(done).error());
  if (auto done = rooms->open_registration(); !done) return fail(std::move(done).error());
  if (auto done = rooms->outgoing->start(rooms->configuration, *rooms->notice); !done)
    return fail(std::move(done).error());
  if (auto done = rooms->start_servers(login_socket); !done) return fail(std::move(done).error());
  rooms->start_housekeeping();
  return std::unique_ptr<House>(new House(std::move(rooms)));
}

unsigned short House::web_port() const { return rooms_->web_server->port(); }

bool House::registration_is_open() const { return rooms_->gate->is_open(); }

Result<void> House::reload_certificate() { return rooms_->web_server->reload_certificate(); }

Result<std::size_t> House::take_up_keys() { return rooms_->rotation->take_up(); }

void House::close(std::chrono::milliseconds patience) {
  // Side by side: one slow server must not use up the patience of the others.
  std::thread web([&] { rooms_->web_server->stop(patience); });
  std::thread api([&] { rooms_->api_server->stop(patience); });
  rooms_->outgoing->stop_reports(patience);
  rooms_->login_server->stop(patience);
  web.join();
  api.join();
  rooms_->import_worker.reset();
  rooms_->housekeeper.reset();
  rooms_->key_keeper.reset();
  // Counts as gone in two minutes if this fails.
  (void)rooms_->rotation->leave();
  rooms_->outgoing->stop();
}

}  // namespace portal
