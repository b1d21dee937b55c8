#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/id.hpp"

namespace portal {

// How columns of the outbox are written and read, by its worker and by its view.

/// Where a message's recipient, order key and values are sealed.
std::string content_place(const MessageId& id);
/// Where the failure of its last try is sealed: a server's answer may repeat the address that it
/// refuses.
std::string trouble_place(const MessageId& id);

/// Names of gateways, none with a comma, as one text.
std::string column_of(const std::vector<std::string>& gateways);
std::vector<std::string> gateways_of(std::string_view column);

}  // namespace portal
