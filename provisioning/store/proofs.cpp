#include "store/proofs.hpp"

#include "base/encoding.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr std::string_view kLeave =
    "insert into proofs (account, place_index, expires) values (:account, :place_index, :expires)"
    " on conflict (account, place_index) do update set expires = excluded.expires";
constexpr std::string_view kWaits =
    "select count(*) from proofs where account = :account and place_index = :place_index"
    " and expires > :now";
constexpr std::string_view kConsume =
    "delete from proofs where account = :account and place_index = :place_index"
    " and expires > :now";

std::string source_text(const Source& source) {
  std::string place;
  pack(place, source.service);
  pack(place, source.throttle_key());
  return place;
}

}  // namespace

Result<void> SqlProofs::leave(const AccountId& account, const Source& source, UtcTime expires) {
  const std::string place = context_.keyring.index("proof", source_text(source));
  return sql::run(context_.connection, kLeave,
                  {{"account", account.text()}, {"place_index", place}, {"expires", expires}});
}

Result<bool> SqlProofs::waits(const AccountId& account, const Source& source, UtcTime now) {
  for (const std::string& place : context_.keyring.indexes("proof", source_text(source))) {
    const auto found =
        sql::find_one<bool>(context_.connection, kWaits,
                            {{"account", account.text()}, {"place_index", place}, {"now", now}},
                            [](sql::Row& row) -> Result<bool> { return row.integer() > 0; });
    if (!found) return fail(found.error());
    if (found->value_or(false)) return true;
  }
  return false;
}

Result<bool> SqlProofs::consume(const AccountId& account, const Source& source, UtcTime now) {
  bool any = false;
  for (const std::string& place : context_.keyring.indexes("proof", source_text(source))) {
    const Result<bool> consumed =
        sql::changes(context_.connection, kConsume,
                     {{"account", account.text()}, {"place_index", place}, {"now", now}});
    if (!consumed) return consumed;
    any = any || *consumed;
  }
  return any;
}

}  // namespace portal
