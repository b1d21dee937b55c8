#pragma once

#include <string>

#include "base/keyring.hpp"
#include "store/sql/connection.hpp"

namespace portal {

/// What every repository works with, for the length of one transaction.
struct StoreContext {
  sql::Connection& connection;
  const Keyring& keyring;
  /// In a read: where the index of a person is noted whose imported rows must be settled before the
  /// work can see them. A write settles them itself.
  std::string* unsettled = nullptr;
};

}  // namespace portal
