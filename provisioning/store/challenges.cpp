#include "store/challenges.hpp"

#include "domain/names.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

// A new code takes the row of its scope over: the old id matches nothing any more, the counters
// stay.
constexpr std::string_view kOpen =
    "insert into challenges (id, purpose, subject, service, code_hash, sent, expires, wrong, sends,"
    " consumed) values (:id, :purpose, :subject, :service, :code_hash, :sent, :expires, 0, 1, 0)"
    " on conflict (purpose, subject, service) do update set id = excluded.id,"
    " code_hash = excluded.code_hash, sent = excluded.sent, expires = excluded.expires,"
    " sends = challenges.sends + 1, consumed = 0";
constexpr std::string_view kCurrent =
    "select id, sent, expires, wrong, sends from challenges where purpose = :purpose"
    " and subject = :subject and service = :service and consumed = 0";
constexpr std::string_view kHash =
    "select purpose, subject, service, code_hash from challenges where id = :id and consumed = 0";
constexpr std::string_view kConsume =
    "update challenges set consumed = 1 where id = :id and consumed = 0";
constexpr std::string_view kCountWrong = "update challenges set wrong = wrong + 1 where id = :id";
constexpr std::string_view kClear =
    "delete from challenges where purpose = :purpose and subject = :subject"
    " and service = :service";

/// Binds a code to its challenge and scope: moved to another row, its hash is never right
/// (requirement S1).
std::string code_purpose(std::string_view id, std::string_view purpose, std::string_view subject,
                         std::string_view service) {
  std::string bound = "challenge/";
  for (const std::string_view part : {id, purpose, subject, service}) pack(bound, part);
  return bound;
}

Result<Challenge> read_challenge(Row& row) {
  Challenge challenge;
  challenge.id = ChallengeId(std::string(row.text()));
  challenge.sent = row.time();
  challenge.expires = row.time();
  challenge.wrong = row.small_integer();
  challenge.sends = row.small_integer();
  return challenge;
}

}  // namespace

Result<void> SqlChallenges::open(const ChallengeScope& scope, const Secret& code, UtcTime now,
                                 UtcTime expires) {
  const ChallengeId id = ChallengeId::random();
  const std::string_view purpose = name_of(scope.purpose);
  const std::string hash = context_.keyring.hash_code(
      code_purpose(id.text(), purpose, scope.subject, scope.service), code);
  return sql::run(context_.connection, kOpen,
                  {{"id", id.text()},
                   {"purpose", purpose},
                   {"subject", scope.subject},
                   {"service", scope.service},
                   {"code_hash", hash},
                   {"sent", now},
                   {"expires", expires}});
}

Result<std::optional<Challenge>> SqlChallenges::current(const ChallengeScope& scope) {
  return sql::find_one<Challenge>(
      context_.connection, kCurrent,
      {{"purpose", name_of(scope.purpose)}, {"subject", scope.subject}, {"service", scope.service}},
      read_challenge);
}

Result<bool> SqlChallenges::matches(const ChallengeId& id, const Secret& code) {
  const auto matched = sql::find_one<bool>(
      context_.connection, kHash, {{"id", id.text()}}, [&](Row& row) -> Result<bool> {
        const std::string_view purpose = row.text();
        const std::string_view subject = row.text();
        const std::string_view service = row.text();
        return context_.keyring.verify_code(
            row.text(), code_purpose(id.text(), purpose, subject, service), code);
      });
  if (!matched) return fail(matched.error());
  return matched->value_or(false);
}

Result<bool> SqlChallenges::consume(const ChallengeId& id) {
  return sql::changes(context_.connection, kConsume, {{"id", id.text()}});
}

Result<void> SqlChallenges::count_wrong(const ChallengeId& id) {
  return sql::run(context_.connection, kCountWrong, {{"id", id.text()}});
}

Result<void> SqlChallenges::clear(const ChallengeScope& scope) {
  return sql::run(context_.connection, kClear,
                  {{"purpose", name_of(scope.purpose)},
                   {"subject", scope.subject},
                   {"service", scope.service}});
}

}  // namespace portal
