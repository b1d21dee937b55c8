#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace std::chrono_literals;
using namespace shapes;
using http::Limits;
using http::Listener;

Keys<Listener> of_web_listener() {
  using S = Listener;
  return {
      {"listen",
       choice(&S::kind, {{"https", S::Kind::https},
                         {"http-behind-proxy", S::Kind::http_behind_proxy},
                         {"unix-socket", S::Kind::unix_socket}}),
       "How the pages are served: by HTTPS; or by plain HTTP to a proxy on a loopback address or a "
       "Unix socket that speaks HTTPS to the world."},
      {"address", text(&S::address, 64), "The IP address to listen on; \"::\" is every address."},
      {"port", number(&S::port, 0, 65'535), "The port to listen on; 0 takes a free one."},
      {"socket", path(&S::socket),
       "listen = \"unix-socket\": where the socket is made. The proxy that connects there must "
       "send "
       "X-Forwarded-For: its last address counts as the client's, and a request without one is "
       "answered 400."},
      {"socket_mode", mode(&S::socket_mode), "listen = \"unix-socket\": who may use it."},
      {"certificate", path(&S::certificate),
       "listen = \"https\": the certificate and its chain (PEM). Read again on SIGHUP.", false,
       R"("tls/portal.crt")"},
      {"private_key", path(&S::private_key, FileUse::secret),
       "listen = \"https\": the certificate's key (PEM), private to the daemon's user.", false,
       R"("tls/portal.key")"},
      {"proxies", texts(&S::proxies),
       "listen = \"http-behind-proxy\": the IP addresses whose X-Forwarded-For is believed."},
  };
}

Keys<Listener> of_administration_listener() {
  using S = Listener;
  return {
      {"socket", path(&S::socket), "Where the socket of the administration API is made."},
      {"socket_mode", mode(&S::socket_mode),
       "Who may connect. Whoever connects must still be root or in the daemon's own group."},
  };
}

Keys<Limits> of_limits() {
  using S = Limits;
  return {
      {"header_bytes", number(&S::header_bytes, 1'024, 1'048'576),
       "The longest head of a request; longer ones are answered 431."},
      {"body_bytes", number(&S::body_bytes, 1'024, 67'108'864),
       "The longest body of a request; longer ones are answered 413."},
      {"connections", number(&S::connections, 1, 1'000'000), "Connections open at a time."},
      {"connections_per_address", number(&S::connections_per_address, 1, 1'000'000),
       "Connections open at a time from one IP address."},
      {"header_timeout", duration(&S::header_timeout, 1s, 5min),
       "A connection whose request head is not complete after this time is cut."},
      {"body_timeout", duration(&S::body_timeout, 1s, 10min),
       "A connection whose request body is not complete after this time is cut."},
      {"keep_alive", duration(&S::keep_alive, 1s, 10min),
       "How long a connection waits for its next request."},
      {"write_timeout", duration(&S::write_timeout, 1s, 10min),
       "A connection that does not take its answer in this time is cut."},
      {"drain_timeout", duration(&S::drain_timeout, 0s, 1min),
       "How long a client that is still sending after the last answer is listened to."},
      {"drain_bytes", number(&S::drain_bytes, 0, 1'073'741'824),
       "How much a client that is still sending after the last answer may send."},
      {"workers", number(&S::workers, 1, 1'024), "Requests worked on at a time."},
      {"waiting_requests", number(&S::waiting_requests, 1, 100'000),
       "Requests that may wait for a worker; more are answered 503."},
  };
}

}  // namespace

Keys<LogSettings> of_log() {
  using S = LogSettings;
  return {
      {"target",
       choice(&S::target, {{"auto", LogTarget::automatic},
                           {"journal", LogTarget::journal},
                           {"syslog", LogTarget::syslog},
                           {"stderr", LogTarget::standard_error}}),
       "Where log lines go. \"auto\": to the journal if systemd started the daemon, else to "
       "stderr."},
      {"level",
       choice(&S::level, {{"debug", LogLevel::debug},
                          {"info", LogLevel::info},
                          {"warning", LogLevel::warning},
                          {"error", LogLevel::error}}),
       "Lines below this level are dropped. No level writes secrets or codes."},
  };
}

Keys<WebSettings> of_web() {
  using S = WebSettings;
  Keys<S> own = {
      {"refusal_schedule", duration(&S::refusal_schedule, 0ms, 10s),
       "Refusals leave this long after the request came, so that their time tells nothing. Set it "
       "above the time that the directory takes to check a password (99th percentile)."},
      {"limits", table(&S::limits, of_limits()), "What one client, and all together, may ask for."},
  };
  return joined(lifted(&S::listener, of_web_listener()), std::move(own));
}

Keys<AdministrationSettings> of_administration() {
  using S = AdministrationSettings;
  Keys<S> own = {{"limits", table(&S::limits, of_limits()), "As in [web.limits]."}};
  return joined(lifted(&S::listener, of_administration_listener()), std::move(own));
}

}  // namespace portal::key_tables
