#pragma once

#include <string>
#include <string_view>

#include "web/values.hpp"
#include "web/visit.hpp"

namespace portal::web {

/// Where a login was asked for, if the portal lets it come back there (Portal::may_return_to): from
/// the field "to" of the form or of the query. Empty if not.
std::string wanted_address(const Visit& visit);

/// `page` that leads to `to` in the end: "/login?to=%2Fpension%2F"; without `to`, the page.
std::string leading_to(std::string_view page, std::string_view to);

/// Where a login ends: where it was asked for, or the portal's application; empty: the account.
std::string end_of_login(const Visit& visit);

/// The values of templates/to.html, which keeps the address in a form.
Value kept_address(const Visit& visit);

}  // namespace portal::web
