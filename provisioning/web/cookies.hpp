#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/secret.hpp"
#include "http/message.hpp"

namespace portal::web {

/// One of the site's cookies. All are `__Host-`, Secure, HttpOnly, Path=/ (requirement W1).
struct Cookie {
  std::string_view name;
  bool strict = false;               ///< SameSite=Strict; else Lax, so that links in mails work
  std::chrono::seconds lifetime{0};  ///< 0: until the browser is closed
};

namespace cookies {
/// Set with the first page; the CSRF token follows from it.
inline constexpr Cookie visit{"__Host-visit"};
/// The only key to a registration under way.
inline constexpr Cookie registration{"__Host-registration"};
/// A login between password and code; only reached from our own page.
inline constexpr Cookie login{"__Host-login", true};
/// The only key to a reset under way; only reached from our own pages.
inline constexpr Cookie reset{"__Host-reset", true};
/// How far a change of the second factor has come, sealed for its session.
inline constexpr Cookie change{"__Host-change", true};
inline constexpr Cookie session{"__Host-session"};
/// The language that was chosen; not a secret.
inline constexpr Cookie language{"__Host-language", false, std::chrono::hours(365 * 24)};
}  // namespace cookies

/// The value of a cookie that has the form of one of our tokens; nothing else gets in.
std::optional<Secret> token_of(const http::Request& request, const Cookie& cookie);

/// The value of a cookie that may be something that we sealed: at most 1 KiB; nothing else gets in.
std::optional<Secret> sealed_of(const http::Request& request, const Cookie& cookie);

/// `value` must be ours: letters, digits, '-', '_' and '.'.
void set_cookie(http::Response& response, const Cookie& cookie, std::string_view value);
void clear_cookie(http::Response& response, const Cookie& cookie);

}  // namespace portal::web
