#include "store/audit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "store/keys.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"
#include "store/storable_text.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::string_view kAppend =
    "insert into audit (number, at, decision, what, outcome, account, actor, address, service,"
    " factor, reason, previous, hash) values (:number, :at, :decision, :what, :outcome, :account,"
    " :actor, :address, :service, :factor, :reason, :previous, :hash)";
constexpr std::string_view kLast =
    "select number, hash, (select fingerprint from store_keys order by number desc limit 1)"
    " from audit order by number desc limit 1";
constexpr std::string_view kActiveKey =
    "select fingerprint from store_keys order by number desc limit 1";
constexpr sql::Text kRecord =
    "select number, at, decision, what, outcome, account, actor, address, service, factor, reason,"
    " previous, hash from audit";
constexpr sql::Text kOf = kRecord + " where account in (:a, :b, :c, :d)";
constexpr sql::Text kRead = kRecord + " where number > :after order by number limit :limit";

/// What stands where the first record names the one before.
const std::string& no_hash() {
  static const std::string zeros(64, '0');
  return zeros;
}

struct Link {
  std::int64_t number = 0;
  std::string hash = no_hash();
  std::string key = {};  ///< the fingerprint of the one that is active now
};

/// Over every field, with its length, so that nothing can move from one to the next.
std::string packed(const AuditRecord& record) {
  const AuditEvent& event = record.event;
  std::string text;
  pack(text, record.previous);
  pack(text, std::to_string(record.number));
  pack(text, std::to_string(to_millis(event.when)));
  for (const std::string& field :
       {event.decision.text(), event.what, event.outcome, event.account, event.actor,
        event.source.address, event.source.service, event.factor, event.reason}) {
    pack(text, field);
  }
  return text;
}

/// Under the key that the store says is active, in the same transaction: from one record on it is
/// the next key, whichever daemon writes. Fails: unavailable (this one does not hold it).
Result<std::string> hash_of(const Keyring& keyring, const std::string& key,
                            const AuditRecord& record) {
  const Result<std::string> index = keyring.index_under(key, "audit", packed(record));
  if (!index) return fail(index.error());
  const Result<Bytes> hash = from_base64url(*index);
  if (!hash) return fail(Errc::internal, "store: no hash");
  return to_hex(*hash);
}

/// Holds records against the keys that they were written under: each in its time, and never again.
/// So whoever has an old key cannot go on with it.
class ChainKeys {
 public:
  /// `used`: in the order in which they became active.
  ChainKeys(const Keyring& keyring, std::vector<std::string> used)
      : keyring_(keyring), left_(std::move(used)) {}

  Result<bool> made(const AuditRecord& record) {
    for (std::size_t i = 0; i < left_.size(); ++i) {
      const Result<std::string> hash = hash_of(keyring_, left_[i], record);
      if (!hash) return fail(hash.error());
      if (record.hash != *hash) continue;
      left_.erase(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }

 private:
  const Keyring& keyring_;
  std::vector<std::string> left_;
};

/// As it comes back, so that its hash is right then.
AuditEvent storable(AuditEvent event) {
  for (std::string* field :
       {&event.what, &event.outcome, &event.account, &event.actor, &event.source.address,
        &event.source.service, &event.factor, &event.reason}) {
    *field = portal::storable(*field);
  }
  return event;
}

Result<AuditRecord> read_record(Row& row) {
  AuditRecord record;
  record.number = row.integer();
  record.event.when = row.time();
  record.event.decision = DecisionId(std::string(row.text()));
  record.event.what = row.text();
  record.event.outcome = row.text();
  record.event.account = row.text();
  record.event.actor = row.text();
  record.event.source.address = row.text();
  record.event.source.service = row.text();
  record.event.factor = row.text();
  record.event.reason = row.text();
  record.previous = row.text();
  record.hash = row.text();
  return record;
}

}  // namespace

Result<void> SqlAuditLog::append(const AuditEvent& given) {
  const AuditEvent event = storable(given);
  const auto last =
      sql::find_one<Link>(context_.connection, kLast, {}, [](Row& row) -> Result<Link> {
        const std::int64_t number = row.integer();
        std::string hash_before(row.text());
        return Link{number, std::move(hash_before), std::string(row.text())};
      });
  if (!last) return fail(last.error());
  Link before = last->value_or(Link{});
  if (!*last) {
    auto key = sql::required(sql::find_one<std::string>(context_.connection, kActiveKey, {},
                                                        [](Row& row) -> Result<std::string> {
                                                          return std::string(row.text());
                                                        }),
                             "key");
    if (!key) return fail(std::move(key).error());
    before.key = std::move(*key);
  }
  AuditRecord record{before.number + 1, event, before.hash, {}};
  const Result<std::string> hash = hash_of(context_.keyring, before.key, record);
  if (!hash) return fail(hash.error());
  return sql::run(context_.connection, kAppend,
                  {{"number", record.number},
                   {"at", event.when},
                   {"decision", event.decision.text()},
                   {"what", event.what},
                   {"outcome", event.outcome},
                   {"account", event.account},
                   {"actor", event.actor},
                   {"address", event.source.address},
                   {"service", event.source.service},
                   {"factor", event.factor},
                   {"reason", event.reason},
                   {"previous", record.previous},
                   {"hash", *hash}});
}

Result<std::vector<AuditRecord>> SqlAuditLog::read(std::int64_t after, int limit) {
  return sql::find_all<AuditRecord>(context_.connection, kRead,
                                    {{"after", after}, {"limit", limit}}, read_record);
}

Result<std::vector<AuditRecord>> SqlAuditLog::of(const std::set<std::string>& ids) {
  std::vector<AuditRecord> all;
  for (auto next = ids.begin(); next != ids.end();) {
    std::array<std::string_view, 4> some;
    some.fill(*next);
    for (std::string_view& id : some) {
      if (next != ids.end()) id = *next++;
    }
    auto found = sql::find_all<AuditRecord>(
        context_.connection, kOf, {{"a", some[0]}, {"b", some[1]}, {"c", some[2]}, {"d", some[3]}},
        read_record);
    if (!found) return found;
    std::ranges::move(*found, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &AuditRecord::number);
  return all;
}

Result<std::int64_t> SqlAuditLog::verify() {
  constexpr int kBatch = 1000;
  auto used = used_fingerprints(context_.connection);
  if (!used) return fail(std::move(used).error());
  ChainKeys keys(context_.keyring, std::move(*used));
  Link before;
  while (true) {
    const Result<std::vector<AuditRecord>> batch = read(before.number, kBatch);
    if (!batch) return fail(batch.error());
    if (batch->empty()) return 0;
    for (const AuditRecord& record : *batch) {
      const Result<bool> hashed = keys.made(record);
      if (!hashed) return fail(hashed.error());
      const bool follows =
          record.number == before.number + 1 && record.previous == before.hash && *hashed;
      if (!follows) return record.number;
      before = Link{record.number, record.hash, {}};
    }
  }
}

}  // namespace portal
