#pragma once

#include <string_view>

#include "base/result.hpp"
#include "store/sql/connection.hpp"

namespace portal::sql {

/// What an SQLSTATE of PostgreSQL (appendix A of its manual) means to the domain, in our own words:
/// the server's hold values of rows (requirement J4). Empty or blank: the connection is lost.
Error error_of_state(std::string_view state, Connection::Access access);

/// Whether a new connection may do better after this.
bool state_spoils_connection(std::string_view state) noexcept;

}  // namespace portal::sql
