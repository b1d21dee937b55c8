#include "web/security_headers.hpp"

#include <string>

namespace portal::web {

void add_security_headers(http::Response& response, Caching caching,
                          std::chrono::seconds strict_transport) {
  // One script of our own, from a file; nothing inline, and it can send nothing (no connect-src).
  response.add_header("Content-Security-Policy",
                      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                      "form-action 'self'; "
                      "frame-ancestors 'none'; base-uri 'none'");
  if (strict_transport.count() > 0) {
    response.add_header("Strict-Transport-Security",
                        "max-age=" + std::to_string(strict_transport.count()));
  }
  response.add_header("X-Content-Type-Options", "nosniff");
  response.add_header("X-Frame-Options", "DENY");
  // Not no-referrer: with it browsers send "Origin: null" with our own forms.
  response.add_header("Referrer-Policy", "same-origin");
  response.add_header("Cross-Origin-Opener-Policy", "same-origin");
  response.add_header("Cross-Origin-Resource-Policy", "same-origin");
  response.add_header("Permissions-Policy",
                      "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), "
                      "usb=()");
  response.add_header("Cache-Control", caching == Caching::never
                                           ? "no-store"
                                           : "public, max-age=31536000, immutable");
}

}  // namespace portal::web
