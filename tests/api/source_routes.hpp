#pragma once

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "http/message.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

/// "get", "/v1/accounts/{name}"
using SourceRoute = std::pair<std::string, std::string>;

/// The routes that the sources of the API add; they are literal there for this reason.
inline std::set<SourceRoute> source_routes() {
  const char* root = std::getenv("PORTAL_SOURCE");
  if (!root) fail_msg("%s", "PORTAL_SOURCE is not set");
  const std::regex route(R"(add\(\s*(?:http::)?Method::(\w+),\s*"(/[^"]*)\")");
  std::set<SourceRoute> found;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(root) / "provisioning/api")) {
    const auto text = read_text_file(file.path(), 1024 * 1024);
    assert_ok(text);
    for (std::sregex_iterator hit(text->begin(), text->end(), route), end; hit != end; ++hit) {
      const std::string method = (*hit)[1];
      found.emplace(method == "delete_" ? "delete" : method, (*hit)[2]);
    }
  }
  return found;
}

inline http::Method method_named(const std::string& name) {
  return name == "get"    ? http::Method::get
         : name == "post" ? http::Method::post
                          : http::Method::delete_;
}

/// A path that the pattern matches.
inline std::string path_like(const std::string& pattern) {
  return std::regex_replace(pattern, std::regex(R"(\{\w+\})"), "nobody");
}

}  // namespace portal::test
