#include "store/housekeeping.hpp"

#include <chrono>
#include <string_view>

namespace portal {
namespace {

using Days = std::chrono::days;

/// What is older than `kept`, counted from the column that the statement names, goes.
struct Rule {
  std::string_view sql;
  Days kept;
};

constexpr Rule kRules[] = {
    // As long as a letter may live: its wrong tries count until then (requirement R6).
    {"delete from attempts where at < :before", Days{400}},
    {"delete from challenges where expires < :before", Days{30}},
    {"delete from pending_logins where expires < :before", Days{1}},
    {"delete from proofs where expires < :before", Days{1}},
    {"delete from registrations where updated < :before"
     " and (step = 'done' or (step = 'abandoned' and discarded = 1))",
     Days{30}},
    {"delete from password_resets where expires < :before", Days{1}},
    {"delete from outbox where finished < :before", Days{30}},
    {"delete from sessions where ended < :before", Days{90}},
    {"delete from imports where state = 'done' and touched < :before", Days{30}},
};

}  // namespace

Result<void> forget_old_rows(sql::Connection& connection, UtcTime now) {
  for (const Rule& rule : kRules) {
    Result<void> done = connection.begin();
    if (!done) return done;
    const auto deleted = connection.execute(rule.sql, {{"before", now - rule.kept}});
    if (!deleted) {
      connection.rollback();
      return fail(deleted.error());
    }
    done = connection.commit();
    if (!done) return done;
  }
  return {};
}

}  // namespace portal
