#pragma once

#include "store/sql/connection.hpp"

namespace portal {

/// Undoes a transaction that was not committed, also when an exception passes.
class Rollback {
 public:
  explicit Rollback(sql::Connection& connection) : connection_(&connection) {}
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;
  ~Rollback() {
    if (connection_ != nullptr) connection_->rollback();
  }
  void dismiss() noexcept { connection_ = nullptr; }

 private:
  sql::Connection* connection_;
};

}  // namespace portal
