#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/keyring.hpp"
#include "domain/portals.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/sessions.hpp"
#include "http/router.hpp"
#include "web/pages.hpp"
#include "web/visit.hpp"

namespace portal::web {

/// The one door to every page. Before a handler runs, the gate has found the portal (Host), the
/// language, the visit and the session, and a POST has shown the CSRF token and, where the browser
/// says one, our own origin (requirement W5). After it, the gate adds the security headers.
class Gate {
 public:
  struct Neighbours {
    const Portals& portals;
    const Phrasebook& phrases;
    const Keyring& keyring;
    SessionService& sessions;
    const Pages& pages;
  };
  /// `strict_transport`: HSTS, 0 for none.
  Gate(const Neighbours& neighbours, std::chrono::seconds strict_transport);

  using PageHandler = std::function<http::Response(Visit&)>;
  /// Adds a route whose handler runs behind the gate. The gate must outlive the router.
  void add(http::Router& router, http::Method method, std::string path, PageHandler handler) const;
  /// For what no route answers. Waits for nothing: it runs on the server's event loop too.
  http::Response error_page(int status, const http::Request& request) const;

 private:
  http::Response pass(const http::Request& request, const PageHandler& handler) const;
  /// The status that a POST is refused with; nothing if it may go on, its form read.
  std::optional<int> refuse_post(Visit& visit) const;
  void find_session(Visit& visit) const;
  std::string csrf_of(const Secret& visit_token) const;
  http::Response finished(http::Response response) const;

  Neighbours neighbours_;
  std::chrono::seconds strict_transport_;
};

}  // namespace portal::web
