#include "store/recovery_codes.hpp"

#include <string>

#include "base/random.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr std::string_view kForget = "delete from recovery_codes where account = :account";
constexpr std::string_view kAdd =
    "insert into recovery_codes (id, account, code_hash, issued, used)"
    " values (:id, :account, :code_hash, :issued, :used)";
constexpr std::string_view kLeft =
    "select count(*) from recovery_codes where account = :account and used is null";
constexpr std::string_view kHashes =
    "select id, code_hash from recovery_codes where account = :account and used is null"
    " order by id";
constexpr std::string_view kBurn =
    "update recovery_codes set used = :used where id = :id and used is null";

/// Moved to another row or account, a hash is never right.
std::string code_purpose(std::string_view id, const AccountId& account) {
  std::string bound = "recovery/";
  pack(bound, id);
  pack(bound, account.text());
  return bound;
}

struct Kept {
  std::string id;
  std::string hash;
};

}  // namespace

Result<void> SqlRecoveryCodes::replace(const AccountId& account,
                                       const std::vector<RecoveryCode>& codes, UtcTime now) {
  Result<void> done = sql::run(context_.connection, kForget, {{"account", account.text()}});
  if (!done) return done;
  for (const RecoveryCode& code : codes) {
    const std::string id = random_identifier();
    const std::string hash =
        context_.keyring.hash_code(code_purpose(id, account), code.canonical());
    done = sql::run(context_.connection, kAdd,
                    {{"id", id},
                     {"account", account.text()},
                     {"code_hash", hash},
                     {"issued", now},
                     {"used", std::optional<UtcTime>()}});
    if (!done) return done;
  }
  return {};
}

Result<int> SqlRecoveryCodes::left(const AccountId& account) {
  const auto counted =
      sql::find_one<int>(context_.connection, kLeft, {{"account", account.text()}},
                         [](sql::Row& row) -> Result<int> { return row.small_integer(); });
  if (!counted) return fail(counted.error());
  return counted->value_or(0);
}

Result<bool> SqlRecoveryCodes::burn(const AccountId& account, const RecoveryCode& code,
                                    UtcTime now) {
  const auto kept = sql::find_all<Kept>(context_.connection, kHashes, {{"account", account.text()}},
                                        [](sql::Row& row) -> Result<Kept> {
                                          std::string id(row.text());
                                          return Kept{std::move(id), std::string(row.text())};
                                        });
  if (!kept) return fail(kept.error());
  // All are compared: the time does not tell which it was (T9).
  std::string found;
  for (const Kept& one : *kept) {
    if (context_.keyring.verify_code(one.hash, code_purpose(one.id, account), code.canonical()))
      found = one.id;
  }
  if (found.empty()) return false;
  return sql::changes(context_.connection, kBurn, {{"used", now}, {"id", found}});
}

}  // namespace portal
