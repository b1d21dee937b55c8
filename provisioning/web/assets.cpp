#include "web/assets.hpp"

#include <algorithm>
#include <stdexcept>

#include "web/resources.hpp"
#include "web/security_headers.hpp"

namespace portal::web {
namespace {

/// Enough of the hash to tell versions apart.
constexpr std::size_t kHashShown = 16;

std::string path_of(const EmbeddedFile& asset) {
  const auto dot = asset.name.rfind('.');
  std::string path("/assets/");
  path.append(asset.name.substr(0, dot)).append(".");
  path.append(asset.sha256.substr(0, kHashShown)).append(asset.name.substr(dot));
  return path;
}

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  throw std::logic_error("an asset of unknown type");
}

}  // namespace

std::string asset_path(std::string_view name) {
  const auto assets = embedded_assets();
  const auto asset = std::ranges::find(assets, name, &EmbeddedFile::name);
  if (asset == assets.end()) throw std::logic_error("no asset " + std::string(name));
  return path_of(*asset);
}

void add_asset_routes(http::Router& router, std::chrono::seconds strict_transport) {
  for (const EmbeddedFile& asset : embedded_assets()) {
    const std::string type(type_of(asset.name));
    router.add(http::Method::get, path_of(asset),
               [&asset, type, strict_transport](const http::Request&) {
                 http::Response response;
                 response.content_type = type;
                 response.body = asset.content;
                 add_security_headers(response, Caching::for_ever, strict_transport);
                 return response;
               });
  }
}

}  // namespace portal::web
