#pragma once

#include "domain/own_account.hpp"
#include "domain/visitors.hpp"
#include "web/pages.hpp"
#include "web/site.hpp"

namespace portal::web {

/// What the handlers of all pages share.
struct House {
  Site::Neighbours neighbours;
  SiteSettings settings;
  Pages pages;
  OwnAccountService own_account;
  VisitorService visitors;
};

}  // namespace portal::web
