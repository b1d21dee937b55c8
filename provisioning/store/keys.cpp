#include "store/keys.hpp"

#include <algorithm>

#include "store/resealing.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::string_view kUsed = "select fingerprint, activated from store_keys order by number";
constexpr std::string_view kOnly = "select value from store_facts where name = 'key'";
constexpr std::string_view kActivate =
    "insert into store_keys (number, fingerprint, activated)"
    " values ((select max(number) + 1 from store_keys), :fingerprint, :activated)";
constexpr std::string_view kImports =
    "select count(*) from imports where state in ('open', 'committed')";
constexpr std::string_view kBegin =
    "insert into resealing (place, after_id) values (:place, '')"
    " on conflict (place) do update set after_id = ''";
constexpr std::string_view kNoteHolder =
    "insert into key_holders (node, fingerprints, seen) values (:node, :fingerprints, :seen)"
    " on conflict (node) do update set fingerprints = excluded.fingerprints, seen = excluded.seen";
constexpr std::string_view kForgetHolder = "delete from key_holders where node = :node";
constexpr std::string_view kForgetHoldersBefore = "delete from key_holders where seen <= :before";
constexpr std::string_view kHolders =
    "select node, fingerprints, seen from key_holders where seen > :since order by node";
constexpr std::string_view kNext = "select place, after_id from resealing order by place limit 1";
constexpr std::string_view kAdvance =
    "update resealing set after_id = :after_id where place = :place";
constexpr std::string_view kFinish = "delete from resealing where place = :place";

constexpr std::chrono::hours kHolderKept{24};

struct Place {
  std::string name;
  std::string after;
};

Result<std::optional<Place>> next_place(sql::Connection& connection) {
  return sql::find_one<Place>(connection, kNext, {}, [](Row& row) -> Result<Place> {
    std::string name(row.text());
    return Place{std::move(name), std::string(row.text())};
  });
}

std::string joined(const std::vector<std::string>& fingerprints) {
  std::string text;
  for (const std::string& one : fingerprints) text += (text.empty() ? "" : ",") + one;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> fingerprints;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    fingerprints.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return fingerprints;
}

struct NeedCount {
  std::string_view what;
  std::string_view sql;  ///< how many in all, and how many bear the mark
};

// What a code was hashed with cannot be changed without the code: it counts until it is used up or
// over. The mark is what everything begins with that the active key made.
constexpr NeedCount kNeeds[] = {
    {"people",
     "select count(*), coalesce(sum(case when substr(personal, 1, 9) = :mark then 1 else 0 end), 0)"
     " from people"},
    {"accounts",
     "select count(*), coalesce(sum(case when substr(personal, 1, 9) = :mark"
     " and substr(dn, 1, 9) = :mark then 1 else 0 end), 0) from accounts"},
    {"factors",
     "select count(*), coalesce(sum(case when substr(personal, 1, 9) = :mark then 1 else 0 end), 0)"
     " from factors"},
    {"registrations",
     "select count(*), coalesce(sum(case when substr(personal, 1, 9) = :mark then 1 else 0 end), 0)"
     " from registrations where personal <> ''"},
    {"messages",
     "select count(*), coalesce(sum(case when (content = '' or substr(content, 1, 9) = :mark)"
     " and (trouble = '' or substr(trouble, 1, 9) = :mark) then 1 else 0 end), 0) from outbox"
     " where content <> '' or trouble <> ''"},
    {"password resets",
     "select count(*), coalesce(sum(case when substr(personal, 1, 9) = :mark then 1 else 0 end), 0)"
     " from password_resets"},
    {"letters",
     "select count(*), coalesce(sum(case when substr(code_hash, 1, 9) = :mark then 1 else 0 end),"
     " 0) from letters where used is null and dead is null and expires > :now"},
    {"recovery codes",
     "select count(*), coalesce(sum(case when substr(code_hash, 1, 9) = :mark then 1 else 0 end),"
     " 0) from recovery_codes where used is null"},
    {"codes sent",
     "select count(*), coalesce(sum(case when substr(code_hash, 1, 9) = :mark then 1 else 0 end),"
     " 0) from challenges where consumed = 0 and expires > :now"},
};
constexpr std::string_view kCounted =
    "select count(*), coalesce(sum(case when at >= :since then 1 else 0 end), 0) from attempts";
constexpr std::string_view kRecords =
    "select count(*), coalesce(sum(case when at >= :since then 1 else 0 end), 0) from audit";

Result<KeyNeed> need_of(sql::Connection& connection, std::string_view what, std::string_view sql,
                        sql::Parameters parameters) {
  const auto counted =
      sql::find_one<KeyNeed>(connection, sql, parameters, [&](Row& row) -> Result<KeyNeed> {
        const std::int64_t all = row.integer();
        const std::int64_t active = row.integer();
        return KeyNeed{what, active, all - active};
      });
  return sql::required(counted, "count");
}

}  // namespace

Result<std::vector<UsedKey>> SqlKeys::used() {
  return sql::find_all<UsedKey>(context_.connection, kUsed, {}, [](Row& row) -> Result<UsedKey> {
    std::string fingerprint(row.text());
    return UsedKey{std::move(fingerprint), row.time()};
  });
}

Result<void> SqlKeys::activate(std::string_view fingerprint, UtcTime now) {
  // Their rows find people by indexes under the key of now.
  const auto imports =
      sql::find_one<bool>(context_.connection, kImports, {},
                          [](Row& row) -> Result<bool> { return row.integer() > 0; });
  if (!imports) return fail(imports.error());
  if (imports->value_or(false)) {
    return fail(Errc::conflict,
                "an import is under way: commit or abandon it, or wait an hour if it was left, and "
                "wait until its rows are people");
  }
  const Result<std::vector<UsedKey>> known = used();
  if (!known) return fail(known.error());
  const auto found = std::ranges::find(*known, fingerprint, &UsedKey::fingerprint);
  if (found == known->end()) {
    Result<void> done = sql::run(context_.connection, kActivate,
                                 {{"fingerprint", fingerprint}, {"activated", now}});
    if (!done) return done;
  } else if (std::next(found) != known->end()) {
    return fail(Errc::conflict, "the key has been active before: add a new one");
  }
  for (const std::string_view place : resealed_places()) {
    Result<void> done = sql::run(context_.connection, kBegin, {{"place", place}});
    if (!done) return done;
  }
  return {};
}

Result<void> SqlKeys::note_holder(const KeyHolder& holder) {
  Result<void> done =
      sql::run(context_.connection, kForgetHoldersBefore, {{"before", holder.seen - kHolderKept}});
  if (!done) return done;
  const std::string fingerprints = joined(holder.fingerprints);
  return sql::run(context_.connection, kNoteHolder,
                  {{"node", holder.node}, {"fingerprints", fingerprints}, {"seen", holder.seen}});
}

Result<void> SqlKeys::forget_holder(std::string_view node) {
  return sql::run(context_.connection, kForgetHolder, {{"node", node}});
}

Result<std::vector<KeyHolder>> SqlKeys::holders(UtcTime since) {
  return sql::find_all<KeyHolder>(context_.connection, kHolders, {{"since", since}},
                                  [](Row& row) -> Result<KeyHolder> {
                                    std::string node(row.text());
                                    std::vector<std::string> held = split(row.text());
                                    return KeyHolder{std::move(node), std::move(held), row.time()};
                                  });
}

Result<std::optional<std::string>> SqlKeys::resealing() {
  Result<std::optional<Place>> place = next_place(context_.connection);
  if (!place) return fail(std::move(place).error());
  if (!*place) return std::optional<std::string>();
  return std::move((*place)->name);
}

Result<Resealed> SqlKeys::reseal(int limit) {
  if (auto same = seals_with_the_active_key(context_); !same) return fail(std::move(same).error());
  const Result<std::optional<Place>> place = next_place(context_.connection);
  if (!place) return fail(place.error());
  if (!*place) return Resealed{};
  const auto batch = reseal_rows(context_, (*place)->name, (*place)->after, limit);
  if (!batch) return fail(batch.error());
  const std::string& name = (*place)->name;
  Result<void> done =
      batch->last.empty()
          ? sql::run(context_.connection, kFinish, {{"place", name}})
          : sql::run(context_.connection, kAdvance, {{"after_id", batch->last}, {"place", name}});
  if (!done) return fail(std::move(done).error());
  const Result<std::optional<Place>> left = next_place(context_.connection);
  if (!left) return fail(left.error());
  return Resealed{batch->rows, batch->unreadable, !*left};
}

Result<std::vector<KeyNeed>> SqlKeys::needs(UtcTime now) {
  const Result<std::vector<UsedKey>> known = used();
  if (!known) return fail(known.error());
  if (known->empty()) return fail(Errc::internal, "store: it has no key");
  const std::string mark = known->back().fingerprint.substr(0, 8) + ".";
  std::vector<KeyNeed> all;
  for (const NeedCount& one : kNeeds) {
    const bool timed = one.sql.find(":now") != std::string_view::npos;
    Result<KeyNeed> need =
        timed ? need_of(context_.connection, one.what, one.sql, {{"mark", mark}, {"now", now}})
              : need_of(context_.connection, one.what, one.sql, {{"mark", mark}});
    if (!need) return fail(std::move(need).error());
    all.push_back(*need);
  }
  const UtcTime since = known->back().activated;
  for (const auto& [what, sql] : {std::pair{std::string_view("throttle counts"), kCounted},
                                  std::pair{std::string_view("audit records"), kRecords}}) {
    Result<KeyNeed> need = need_of(context_.connection, what, sql, {{"since", since}});
    if (!need) return fail(std::move(need).error());
    all.push_back(*need);
  }
  return all;
}

Result<void> seals_with_the_active_key(const StoreContext& context) {
  const auto used = used_fingerprints(context.connection);
  if (!used) return fail(used.error());
  if (used->empty() || used->back() != context.keyring.fingerprint())
    return fail(Errc::unavailable, "store: another key is active than this daemon seals with");
  return {};
}

Result<bool> is_resealing(sql::Connection& connection) {
  const auto place = next_place(connection);
  if (!place) return fail(place.error());
  return place->has_value();
}

Result<std::vector<std::string>> used_fingerprints(sql::Connection& connection) {
  const Result<bool> many = connection.has_table("store_keys");
  if (!many) return fail(many.error());
  const auto read = [](Row& row) -> Result<std::string> { return std::string(row.text()); };
  return sql::find_all<std::string>(connection, *many ? kUsed : kOnly, {}, read);
}

}  // namespace portal
