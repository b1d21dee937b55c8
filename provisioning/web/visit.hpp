#pragma once

#include <optional>
#include <string>

#include "domain/portals.hpp"
#include "domain/ports/sessions.hpp"
#include "http/message.hpp"
#include "identity/source.hpp"
#include "web/form.hpp"
#include "web/words.hpp"

namespace portal::web {

/// One request after the gate: everything that holds for every page has been established.
struct Visit {
  const http::Request& request;
  const Portal& portal;
  Words words;
  std::string csrf;  ///< for the forms of this page
  Form form;         ///< of a POST whose CSRF token was right
  Form query;
  std::optional<Session> session;
  bool session_unknown = false;  ///< the store did not answer: neither in nor out
  bool renew = false;            ///< set by a handler: the visit gets a new token (requirement W1)

  Language language() const { return words.language; }
  Source source() const { return {request.address, "web"}; }
};

}  // namespace portal::web
