#include "http/router.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <stdexcept>
#include <typeinfo>

#include "base/log.hpp"
#include "http/status.hpp"
#include "http/text.hpp"

namespace portal::http {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);
  for (bool more = true; more;) segments.emplace_back(next_part(path, '/', more));
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](const std::string& expected, const std::string& actual) {
                      return is_parameter(expected) ? !actual.empty() : expected == actual;
                    });
}

std::size_t parameters_in(const std::vector<std::string>& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), is_parameter));
}

std::string_view name_of_method(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::delete_: return "DELETE";
    case Method::other: return "";
  }
  return "";
}

void allow(std::string& list, std::string_view method) {
  if (list.find(method) != std::string::npos) return;
  list.append(list.empty() ? "" : ", ").append(method);
}

}  // namespace

/// The best route for a request, or, without one, what its path would allow.
struct Router::Match {
  const Route* route = nullptr;
  std::string allowed;
};

void Router::add(Method method, std::string pattern, Handler handler) {
  if (pattern.empty() || pattern.front() != '/')
    throw std::logic_error("a route must start with '/': " + pattern);
  const bool known = std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
    return route.method == method && route.pattern == pattern;
  });
  if (known) throw std::logic_error("a route is there already: " + pattern);
  std::vector<std::string> segments = segments_of(pattern);
  routes_.push_back({method, std::move(pattern), std::move(segments), std::move(handler)});
}

Router::Match Router::match(const Request& request) const {
  Match best;
  if (request.path.empty() || request.path.front() != '/') return best;
  const std::vector<std::string> path = segments_of(request.path);
  const Method wanted = request.method == Method::head ? Method::get : request.method;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const Route& route : routes_) {
    if (!matches(route.segments, path)) continue;
    allow(best.allowed, name_of_method(route.method));
    if (route.method == Method::get) allow(best.allowed, name_of_method(Method::head));
    const std::size_t parameters = parameters_in(route.segments);
    if (route.method != wanted || parameters >= fewest) continue;
    best.route = &route;
    fewest = parameters;
  }
  return best;
}

Response Router::run(const Route& route, Request& request) const {
  const std::vector<std::string> path = segments_of(request.path);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string& segment = route.segments[i];
    if (is_parameter(segment)) request.parameters[segment.substr(1, segment.size() - 2)] = path[i];
  }
  try {
    return route.handler(request);
  } catch (const std::exception& fault) {
    log(LogLevel::error, "a handler failed",
        {{"route", route.pattern}, {"exception", typeid(fault).name()}});
  } catch (...) {
    log(LogLevel::error, "a handler failed", {{"route", route.pattern}});
  }
  return error(500, request);
}

Response Router::handle(Request& request) const {
  const Match found = match(request);
  if (found.route != nullptr) return run(*found.route, request);
  if (found.allowed.empty()) return error(404, request);
  Response refusal = error(405, request);
  refusal.add_header("Allow", found.allowed);
  return refusal;
}

void Router::set_error_page(std::function<Response(int, const Request&)> page) {
  error_page_ = std::move(page);
}

Response Router::error(int status, const Request& request) const {
  if (error_page_) {
    try {
      Response page = error_page_(status, request);
      page.status = status;
      return page;
    } catch (const std::exception& fault) {
      log(LogLevel::error, "the error page failed", {{"exception", typeid(fault).name()}});
    } catch (...) {
      log(LogLevel::error, "the error page failed");
    }
  }
  Response plain;
  plain.status = status;
  plain.content_type = "text/plain; charset=utf-8";
  plain.body = std::to_string(status) + ' ' + std::string(reason_of(status)) + '\n';
  return plain;
}

}  // namespace portal::http
