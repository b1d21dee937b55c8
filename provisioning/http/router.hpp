#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace portal::http {

using Handler = std::function<Response(const Request&)>;

/// Literal, greppable routes: `router.add(Method::post, "/register/identity", …)`. A segment
/// `{name}` matches one path segment that is not empty and becomes a parameter, decoded.
///
/// Filled before the server starts, then only read: `handle` runs on many threads.
class Router {
 public:
  /// Where two patterns match a path, the one with fewer `{name}` segments is taken.
  /// Throws std::logic_error when the pattern does not start with '/' or is there already.
  void add(Method method, std::string pattern, Handler handler);
  /// Answers 404 for an unknown path, 405 with Allow for a wrong method; HEAD is served by GET. A
  /// handler that throws is answered with 500 and logged by its pattern and the exception's type,
  /// never by what the exception says (it may print what a person typed).
  Response handle(Request& request) const;
  /// Replaces the bodies of 404, 405, 500 and of errors the server itself answers (400, 408, 413,
  /// …). `page` runs on the event loop too: it must not wait for anything.
  void set_error_page(std::function<Response(int status, const Request&)> page);
  /// The page for `status`; a plain sentence if there is no hook or the hook throws.
  Response error(int status, const Request& request) const;

 private:
  struct Route {
    Method method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  struct Match;
  Match match(const Request& request) const;
  Response run(const Route& route, Request& request) const;

  std::vector<Route> routes_;
  std::function<Response(int, const Request&)> error_page_;
};

}  // namespace portal::http
