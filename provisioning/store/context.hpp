#pragma once

#include "base/keyring.hpp"
#include "store/sql/connection.hpp"

namespace portal {

/// What every repository works with, for the length of one transaction.
struct StoreContext {
  sql::Connection& connection;
  const Keyring& keyring;
};

}  // namespace portal
