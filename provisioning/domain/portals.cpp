#include "domain/portals.hpp"

#include <algorithm>
#include <cctype>

namespace portal {
namespace {

std::string host_without_port(std::string_view host) {
  // An IPv6 literal keeps its brackets; no portal is named by one.
  if (!host.starts_with('[')) host = host.substr(0, host.find(':'));
  std::string lower(host);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

const Portal* Portals::find_by_host(std::string_view host) const {
  const auto found = std::ranges::find(portals_, host_without_port(host), &Portal::host);
  return found == portals_.end() ? nullptr : &*found;
}

const Portal* Portals::find(const PortalId& id) const {
  const auto found = std::ranges::find(portals_, id, &Portal::id);
  return found == portals_.end() ? nullptr : &*found;
}

const std::string& in_language(const Translated& translated, Language language) {
  static const std::string nothing;
  if (const auto exact = translated.find(language); exact != translated.end()) return exact->second;
  if (const auto french = translated.find(Language::fr); french != translated.end()) {
    return french->second;
  }
  return translated.empty() ? nothing : translated.begin()->second;
}

}  // namespace portal
