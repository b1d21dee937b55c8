#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "domain/portals.hpp"
#include "http/router.hpp"

namespace portal::web {

/// The portals' own colours and logos: a style sheet and a drawing each, at addresses that change
/// with their content, so browsers may keep them for ever.
class Looks {
 public:
  struct Addresses {
    std::string stylesheet;  ///< empty: the portal looks as the product does
    std::string logo;        ///< empty: none
  };

  /// Reads the portals once; they must outlive it.
  explicit Looks(const Portals& portals);
  Addresses of(const Portal* portal) const;
  /// `strict_transport`: HSTS, 0 for none.
  void add_routes(http::Router& router, std::chrono::seconds strict_transport) const;

 private:
  const Portals& portals_;
  std::map<PortalId, Addresses> addresses_;
};

}  // namespace portal::web
