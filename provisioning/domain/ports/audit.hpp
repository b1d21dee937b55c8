#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/ports/accounts.hpp"
#include "identity/id.hpp"
#include "identity/source.hpp"

namespace portal {

/// One security act (requirements J1 to J3). No secret, code, AHV number or full phone number.
struct AuditEvent {
  UtcTime when;
  DecisionId decision;
  std::string what;     ///< "registration.identified", "login.granted", "account.locked"
  std::string outcome;  ///< "success", "denied", "rate_limited", "unavailable"
  std::string account;  ///< account id; a registration's or person's id before there is one
  std::string actor;    ///< who did it, where that is somebody else ("uid 0")
  Source source;
  std::string factor;  ///< "totp", "sms", or empty
  std::string reason;  ///< for the reader at night: "wrong code"
};

/// An event with its place in the chain.
struct AuditRecord {
  std::int64_t number = 0;
  AuditEvent event;
  std::string previous;  ///< hash of the record before, hex
  std::string hash;      ///< keyed hash of this record and `previous`, hex
};

/// Append-only, hash-chained; written in the transaction of the act it tells of.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual Result<void> append(const AuditEvent& event) = 0;
  /// In order, at most `limit` records after number `after`.
  virtual Result<std::vector<AuditRecord>> read(std::int64_t after, int limit) = 0;
  /// Every record under one of these ids, in order. Reads the whole log.
  virtual Result<std::vector<AuditRecord>> of(const std::set<std::string>& ids) = 0;
  /// The number of the first record that does not follow from the one before; 0 if all do.
  virtual Result<std::int64_t> verify() = 0;
};

}  // namespace portal
