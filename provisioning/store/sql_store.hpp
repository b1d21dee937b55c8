#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "base/result.hpp"
#include "domain/ports/store.hpp"

namespace portal {

struct StoreSettings {
  /// "sqlite:///var/lib/portald/portal.db": an absolute path. The file and, if need be, its folder
  /// are made at the first start, for the daemon's user alone. Or
  /// "postgresql://USER@HOST/DATABASE?NAME=VALUE", see sql::PostgresqlUrl: the database is there.
  std::string url;
  /// Connections kept open for reading, 1 to 64; there is one for writing.
  int readers = 4;
  /// How long a call waits for its turn, and for another process that writes, before it fails.
  std::chrono::milliseconds patience{5000};
};

/// Whether StoreSettings::url is one; connects nowhere. Fails: malformed, denied (a server
/// elsewhere without sslmode=verify-full, requirement L3). No failure repeats the URL.
Result<void> check_store_url(std::string_view url);

/// The domain's store on SQL. Whatever tells who a person is, is sealed with the keyring or kept as
/// a keyed index (requirement R5). Several processes may use one file or database.
class SqlStore final : public Store {
 public:
  /// Connects, brings the schema up to date and proves that `keyring` holds every key that the
  /// store has used: their fingerprints are kept in it. Tells the keyring which one is active.
  /// `keyring` and `clock` must outlive the store. Fails: malformed (the URL), denied (a key is
  /// missing, requirement T7; a file that others may use; a schema newer than this program: nothing
  /// was changed), unavailable.
  static Result<std::unique_ptr<SqlStore>> open(const StoreSettings& settings, Keyring& keyring,
                                                const Clock& clock);
  ~SqlStore() override;

  /// See Store. One write at a time, in the order of asking, durable when it returns; those that
  /// wait are committed together, and `work` may run on the thread of one of them. A statement
  /// of `work` that failed is not committed even if `work` passed over it (SQLite lets a conflict
  /// pass). A server that is lost during the commit may have done it: then this fails nevertheless,
  /// as unavailable, and what was used up stays used up.
  Result<void> write(std::string_view label, Work work) override;
  /// See Store. A write in `work` fails: internal. If the connection is lost meanwhile, `work` runs
  /// once more. Never waits for a writer but in one case: if rows of a committed import of somebody
  /// whom `work` looks at are not settled, that is done first, and `work` runs once more.
  Result<void> read(Work work) override;

  /// Forgets what is too old to be needed: attempts (400 days), over or abandoned registrations and
  /// codes (30 days), finished messages (30 days), ended sessions (90 days), logins that were never
  /// finished (requirement J5). Call it now and then.
  Result<void> keep_house();

 private:
  class Engine;
  explicit SqlStore(std::unique_ptr<Engine> engine);

  std::unique_ptr<Engine> engine_;
};

}  // namespace portal
