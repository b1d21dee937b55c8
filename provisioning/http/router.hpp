#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace portal::http {

using Handler = std::function<Response(const Request&)>;

/// Literal, greppable routes: `router.add(Method::post, "/register/identity", …)`. A segment
/// `{name}` matches one path segment and becomes a parameter.
class Router {
 public:
  void add(Method method, std::string pattern, Handler handler);
  /// Answers 404 for an unknown path, 405 with Allow for a wrong method; HEAD is served by GET.
  Response handle(Request& request) const;
  /// Replaces the bodies of 404, 405 and of errors the server itself answers (400, 408, 413, …).
  void set_error_page(std::function<Response(int status, const Request&)> page);
  Response error(int status, const Request& request) const;

 private:
  struct Route {
    Method method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
  std::function<Response(int, const Request&)> error_page_;
};

}  // namespace portal::http
