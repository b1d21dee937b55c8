#include "store/sql_store.hpp"

#include "store/group_commit.hpp"
#include "store/housekeeping.hpp"
#include "store/keys.hpp"
#include "store/migrations.hpp"
#include "store/rollback.hpp"
#include "store/sql/location.hpp"
#include "store/sql/pool.hpp"
#include "store/transaction.hpp"

namespace portal {
namespace {

constexpr int kMostReaders = 64;
constexpr int kMostToSettle = 100;  // people that one read looks at

/// A connection to the store that was opened at the start, and to no other: not to an empty or
/// older file that was put in its place.
Result<std::unique_ptr<sql::Connection>> connect(const sql::Location& location,
                                                 sql::Connection::Access access,
                                                 std::chrono::milliseconds patience,
                                                 const std::vector<std::string>& held) {
  auto connection = sql::Connection::open(location, access, patience);
  if (!connection) return connection;
  const Result<int> number = prove_ownership(**connection, migrations(), held);
  if (!number) return fail(Errc::unavailable, number.error().detail);
  if (*number != migrations().back().number) {
    return fail(Errc::unavailable, "store: the file was replaced by an empty or older one");
  }
  return connection;
}

/// Brings the store up to date. One that is not ours is only read.
Result<void> prepare(const sql::Location& location, std::chrono::milliseconds patience,
                     const std::vector<std::string>& held, UtcTime now) {
  Result<void> done = location.prepare();
  if (!done) return done;
  const auto probe = sql::Connection::open(location, sql::Connection::Access::read, patience);
  if (!probe) return fail(probe.error());
  const Result<int> number = prove_ownership(**probe, migrations(), held);
  if (!number) return fail(number.error());
  const auto connection = sql::Connection::open(location, sql::Connection::Access::write, patience);
  if (!connection) return fail(connection.error());
  return migrate(**connection, migrations(), held, now);
}

/// Which of the keys seals is for the store to say, not for the file.
Result<void> adopt_keys(const sql::Location& location, std::chrono::milliseconds patience,
                        Keyring& keyring) {
  const auto connection = sql::Connection::open(location, sql::Connection::Access::read, patience);
  if (!connection) return fail(connection.error());
  const auto used = used_fingerprints(**connection);
  if (!used) return fail(used.error());
  return keyring.use(used->front(), used->back());
}

}  // namespace

class SqlStore::Engine {
 public:
  Engine(const sql::Location& location, const StoreSettings& settings, const Keyring& keyring,
         const Clock& clock)
      : keyring_(keyring),
        clock_(clock),
        writers_(location, 1, settings.patience,
                 connector(location, sql::Connection::Access::write, settings, keyring)),
        readers_(location, static_cast<std::size_t>(settings.readers), settings.patience,
                 connector(location, sql::Connection::Access::read, settings, keyring)),
        commits_(writers_, keyring, settings.patience) {}

  Result<void> write(Work work) { return commits_.write(work); }

  Result<void> read(Work work) {
    Reading reading;
    Result<void> done = read_once(work, reading);
    if (reading.lost) done = read_once(work, reading);
    // A read cannot settle what committed imports say of somebody: that is written first.
    for (int people = 0; !reading.unsettled.empty() && people < kMostToSettle; ++people) {
      Result<void> settled = commits_.write([&](Transaction& transaction) {
        return transaction.imports().settle_person(reading.unsettled);
      });
      if (!settled) return settled;
      done = read_once(work, reading);
    }
    return done;
  }

  Result<void> keep_house() {
    const Result<sql::Pool::Lease> lease = writers_.lease();
    if (!lease) return fail(lease.error());
    return forget_old_rows(lease->connection(), clock_.now());
  }

 private:
  /// What came of a read besides its result.
  struct Reading {
    bool lost = false;      ///< it failed, and the connection with it
    std::string unsettled;  ///< whose imported rows it could not see, if anybody's
  };

  Result<void> read_once(Work work, Reading& reading) {
    reading = {};
    const Result<sql::Pool::Lease> lease = readers_.begin();
    if (!lease) return fail(lease.error());
    sql::Connection& connection = lease->connection();
    const Rollback rollback(connection);
    SqlTransaction transaction(StoreContext{connection, keyring_, &reading.unsettled});
    Result<void> done = work(transaction);
    reading.lost = !done && !connection.usable();
    return done;
  }

  static sql::Pool::Connect connector(const sql::Location& location, sql::Connection::Access access,
                                      const StoreSettings& settings, const Keyring& keyring) {
    return [location, access, patience = settings.patience, &keyring] {
      return connect(location, access, patience, keyring.fingerprints());
    };
  }

  const Keyring& keyring_;
  const Clock& clock_;
  sql::Pool writers_;
  sql::Pool readers_;
  GroupCommit commits_;
};

Result<void> check_store_url(std::string_view url) {
  const Result<sql::Location> location = sql::Location::parse(url);
  if (!location) return fail(location.error());
  return {};
}

SqlStore::SqlStore(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
SqlStore::~SqlStore() = default;

Result<std::unique_ptr<SqlStore>> SqlStore::open(const StoreSettings& settings, Keyring& keyring,
                                                 const Clock& clock) {
  if (settings.readers < 1 || settings.readers > kMostReaders) {
    return fail(Errc::malformed, "store: the number of readers must be 1 to 64");
  }
  const Result<sql::Location> location = sql::Location::parse(settings.url);
  if (!location) return fail(location.error());
  const Result<void> prepared =
      prepare(*location, settings.patience, keyring.fingerprints(), clock.now());
  if (!prepared) return fail(prepared.error());
  const Result<void> adopted = adopt_keys(*location, settings.patience, keyring);
  if (!adopted) return fail(adopted.error());
  return std::unique_ptr<SqlStore>(
      new SqlStore(std::make_unique<Engine>(*location, settings, keyring, clock)));
}

// The label is for those who stand between: logs and fault points.
Result<void> SqlStore::write(std::string_view, Work work) { return engine_->write(work); }
Result<void> SqlStore::read(Work work) { return engine_->read(work); }
Result<void> SqlStore::keep_house() { return engine_->keep_house(); }

}  // namespace portal
