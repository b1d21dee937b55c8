#include "domain/names.hpp"
#include "store/accounts.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::string_view kAllowEnrolment =
    "insert into enrolments (account, ends) values (:account, :ends)"
    " on conflict (account) do update set ends = excluded.ends";
constexpr std::string_view kMayEnrol =
    "select count(*) from enrolments where account = :account and ends > :now";
constexpr std::string_view kEndEnrolment = "delete from enrolments where account = :account";
constexpr std::string_view kAdd =
    "insert into factors (id, account, kind, last_step, step_offset, personal, created)"
    " values (:id, :account, :kind, :last_step, :step_offset, :personal, :created)"
    " on conflict do nothing";
constexpr std::string_view kOfAccount =
    "select id, account, kind, last_step, step_offset, personal, created from factors"
    " where account = :account";
constexpr std::string_view kRemove = "delete from factors where account = :account";
// The compare-and-set of requirement T4: who changes a row was first.
constexpr std::string_view kBurnStep =
    "update factors set last_step = :step, step_offset = :step_offset"
    " where id = :id and last_step < :step";

std::string personal_place(const FactorId& id) {
  return place_of("factors", id.text(), "personal");
}

Result<Factor> read_factor(Row& row, const Keyring& keyring) {
  Factor factor;
  factor.id = FactorId(std::string(row.text()));
  const std::string place = personal_place(factor.id);
  factor.account = AccountId(std::string(row.text()));
  const std::optional<FactorKind> kind = parse_factor_kind(row.text());
  factor.last_step = row.integer();
  factor.offset = row.small_integer();
  const auto personal = SealedTexts::open(keyring, place, row.text(), 2);
  if (!personal) return fail(personal.error());
  if (!kind) return damaged(place);
  factor.kind = *kind;
  factor.seed = Secret((*personal)[0]);
  if (!(*personal)[1].empty()) {
    const Result<PhoneNumber> phone = PhoneNumber::from_e164((*personal)[1]);
    if (!phone) return damaged(place);
    factor.phone = *phone;
  }
  factor.created = row.time();
  return factor;
}

}  // namespace

Result<void> SqlAccounts::add_factor(const Factor& factor) {
  const std::string_view texts[] = {factor.seed.reveal(),
                                    factor.phone ? factor.phone->e164() : std::string_view()};
  const std::string personal =
      SealedTexts::seal(context_.keyring, personal_place(factor.id), texts);
  auto ended = sql::run(context_.connection, kEndEnrolment, {{"account", factor.account.text()}});
  if (!ended) return ended;
  return sql::must_change(context_.connection, kAdd,
                          {{"id", factor.id.text()},
                           {"account", factor.account.text()},
                           {"kind", name_of(factor.kind)},
                           {"last_step", factor.last_step},
                           {"step_offset", factor.offset},
                           {"personal", personal},
                           {"created", factor.created}},
                          Errc::conflict, "the account has a factor");
}

Result<void> SqlAccounts::allow_enrolment(const AccountId& id, UtcTime ends) {
  return sql::run(context_.connection, kAllowEnrolment, {{"account", id.text()}, {"ends", ends}});
}

Result<bool> SqlAccounts::may_enrol(const AccountId& id, UtcTime now) {
  const auto open =
      sql::find_one<bool>(context_.connection, kMayEnrol, {{"account", id.text()}, {"now", now}},
                          [](Row& row) -> Result<bool> { return row.integer() > 0; });
  if (!open) return fail(open.error());
  return open->value_or(false);
}

Result<std::optional<Factor>> SqlAccounts::factor_of(const AccountId& id) {
  return sql::find_one<Factor>(context_.connection, kOfAccount, {{"account", id.text()}},
                               [&](Row& row) { return read_factor(row, context_.keyring); });
}

Result<void> SqlAccounts::remove_factor(const AccountId& id) {
  return sql::run(context_.connection, kRemove, {{"account", id.text()}});
}

Result<bool> SqlAccounts::burn_step(const FactorId& id, std::int64_t step, int offset) {
  return sql::changes(context_.connection, kBurnStep,
                      {{"step", step}, {"step_offset", offset}, {"id", id.text()}});
}

}  // namespace portal
