#include "web/looks.hpp"

#include <utility>

#include "base/hash.hpp"
#include "web/security_headers.hpp"

namespace portal::web {
namespace {

/// Enough of the hash to tell versions apart.
constexpr std::size_t kHashShown = 16;

std::string accent_on(std::string_view paper, const std::string& colour) {
  if (colour.empty()) return {};
  return "@media (prefers-color-scheme: " + std::string(paper) + ") { :root { --accent: " + colour +
         "; } }\n";
}

std::string stylesheet_of(const Look& look) {
  return accent_on("light", look.accent) + accent_on("dark", look.dark_accent);
}

std::string path_of(const Portal& portal, const std::string& content, std::string_view ending) {
  if (content.empty()) return {};
  return "/assets/" + portal.id.text() + "." + hash_of(content).substr(0, kHashShown) +
         std::string(ending);
}

void add_route(http::Router& router, const std::string& path, std::string type, std::string content,
               std::chrono::seconds strict_transport) {
  if (path.empty()) return;
  router.add(http::Method::get, path,
             [type = std::move(type), content = std::move(content),
              strict_transport](const http::Request&) {
               http::Response response;
               response.content_type = type;
               response.body = content;
               add_security_headers(response, Caching::for_ever, strict_transport);
               return response;
             });
}

}  // namespace

Looks::Looks(const Portals& portals) : portals_(portals) {
  for (const Portal& portal : portals_.all()) {
    addresses_[portal.id] = {path_of(portal, stylesheet_of(portal.look), ".css"),
                             path_of(portal, portal.look.logo, ".svg")};
  }
}

Looks::Addresses Looks::of(const Portal* portal) const {
  if (!portal) return {};
  const auto found = addresses_.find(portal->id);
  return found == addresses_.end() ? Addresses{} : found->second;
}

void Looks::add_routes(http::Router& router, std::chrono::seconds strict_transport) const {
  for (const Portal& portal : portals_.all()) {
    const Addresses addresses = of(&portal);
    add_route(router, addresses.stylesheet, "text/css; charset=utf-8", stylesheet_of(portal.look),
              strict_transport);
    add_route(router, addresses.logo, "image/svg+xml", portal.look.logo, strict_transport);
  }
}

}  // namespace portal::web
