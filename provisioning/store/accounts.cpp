#include "store/accounts.hpp"

#include <algorithm>
#include <vector>

#include "domain/names.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr std::string_view kAdd =
    "insert into accounts (id, person, email_index, login_index, language, state, entry_uuid,"
    " personal, dn, locked, created) values (:id, :person, :email_index, :login_index, :language,"
    " :state, :entry_uuid, :personal, :dn, :locked, :created) on conflict do nothing";
constexpr Text kAccount =
    "select id, person, language, state, entry_uuid, personal, dn, locked, created from accounts";
constexpr Text kById = kAccount + " where id = :id";
constexpr Text kByEmail = kAccount + " where email_index = :email_index";
constexpr Text kByPerson = kAccount + " where person = :person";
constexpr Text kByName =
    kAccount + " where email_index = :email_index or login_index = :login_index";
constexpr Text kFirst = kAccount + " order by created, id limit :limit";
constexpr Text kAfter =
    kAccount +
    " where (created, id) > (select created, id from accounts where id = :after)"
    " order by created, id limit :limit";
constexpr std::string_view kSetState = "update accounts set state = :state where id = :id";
constexpr std::string_view kSetDn = "update accounts set dn = :dn where id = :id";
constexpr std::string_view kSetLocked = "update accounts set locked = :locked where id = :id";
constexpr std::string_view kSetLanguage = "update accounts set language = :language where id = :id";
constexpr std::string_view kRemove = "delete from accounts where id = :id and state = :state";
constexpr std::string_view kStanding = "select state, locked from accounts where id = :id";
constexpr std::string_view kCount = "select count(*) from accounts where id = :id";

std::string personal_place(const AccountId& id) {
  return place_of("accounts", id.text(), "personal");
}
std::string dn_place(const AccountId& id) { return place_of("accounts", id.text(), "dn"); }

Result<Account> read_account(Row& row, const Keyring& keyring) {
  AccountId id{std::string(row.text())};
  const std::string place = personal_place(id);
  PersonId person{std::string(row.text())};
  const std::optional<Language> language = parse_language(row.text());
  const std::optional<AccountState> state = parse_account_state(row.text());
  std::string entry_uuid(row.text());
  const auto personal = SealedTexts::open(keyring, place, row.text(), 2);
  if (!personal) return fail(personal.error());
  const Result<Secret> dn = keyring.open(row.text(), dn_place(id));
  const Result<EmailAddress> email = EmailAddress::parse((*personal)[0]);
  if (!language || !state || !dn || !email) return damaged(place);
  const std::optional<UtcTime> locked = row.optional_time();
  return Account{std::move(id),
                 std::move(person),
                 *email,
                 std::string((*personal)[1]),
                 *language,
                 *state,
                 std::move(entry_uuid),
                 std::string(dn->reveal()),
                 locked,
                 row.time()};
}

/// What an account is looked up by, under one key.
struct NameIndexes {
  std::string email;
  std::string login;
};

/// Under every key, the active one first.
std::vector<NameIndexes> indexes_of(const Keyring& keyring, std::string_view email,
                                    std::string_view login) {
  std::vector<std::string> emails = keyring.indexes("email", email);
  std::vector<std::string> logins = keyring.indexes("login_name", login);
  std::vector<NameIndexes> all;
  // Both are asked for side by side, so it does not matter which stands beside which.
  for (std::size_t i = 0; i < std::min(emails.size(), logins.size()); ++i)
    all.push_back({std::move(emails[i]), std::move(logins[i])});
  return all;
}

/// Under the keys that are not active: the columns' uniqueness does not see what was put there.
std::vector<NameIndexes> other_indexes(const Keyring& keyring, const Account& account) {
  std::vector<NameIndexes> all = indexes_of(keyring, account.email.key(), account.login_name);
  all.erase(all.begin());
  return all;
}

}  // namespace

Result<std::optional<Account>> SqlAccounts::find(std::string_view sql, sql::Parameters parameters) {
  return sql::find_one<Account>(context_.connection, sql, parameters,
                                [&](Row& row) { return read_account(row, context_.keyring); });
}

Result<void> SqlAccounts::add(const Account& account) {
  const Keyring& keyring = context_.keyring;
  const std::string_view texts[] = {account.email.text(), account.login_name};
  for (const NameIndexes& other : other_indexes(keyring, account)) {
    const auto taken = find(kByName, {{"email_index", other.email}, {"login_index", other.login}});
    if (!taken) return fail(taken.error());
    if (*taken) return fail(Errc::conflict, "store: the address has an account");
  }
  const std::string personal = SealedTexts::seal(keyring, personal_place(account.id), texts);
  const std::string dn = keyring.seal(account.dn, dn_place(account.id));
  const std::string email_index = keyring.index("email", account.email.key());
  const std::string login_index = keyring.index("login_name", account.login_name);
  return sql::must_change(context_.connection, kAdd,
                          {{"id", account.id.text()},
                           {"person", account.person.text()},
                           {"email_index", email_index},
                           {"login_index", login_index},
                           {"language", code_of(account.language)},
                           {"state", name_of(account.state)},
                           {"entry_uuid", account.entry_uuid},
                           {"personal", personal},
                           {"dn", dn},
                           {"locked", account.locked},
                           {"created", account.created}},
                          Errc::conflict, "the person or the address has an account");
}

Result<Account> SqlAccounts::get(const AccountId& id) {
  return sql::required(
      sql::find_one<Account>(context_.connection, kById, {{"id", id.text()}},
                             [&](Row& row) { return read_account(row, context_.keyring); }),
      "account");
}

Result<bool> SqlAccounts::is_usable(const AccountId& id) {
  return sql::required(sql::find_one<bool>(context_.connection, kStanding, {{"id", id.text()}},
                                           [](Row& row) -> Result<bool> {
                                             const bool active =
                                                 row.text() == name_of(AccountState::active);
                                             return active && !row.optional_time();
                                           }),
                       "account");
}

Result<std::optional<Account>> SqlAccounts::find_by_email(const EmailAddress& email) {
  for (const std::string& index : context_.keyring.indexes("email", email.key())) {
    auto found = find(kByEmail, {{"email_index", index}});
    if (!found || *found) return found;
  }
  return std::optional<Account>();
}

Result<std::optional<Account>> SqlAccounts::find_by_person(const PersonId& person) {
  return find(kByPerson, {{"person", person.text()}});
}

Result<std::optional<Account>> SqlAccounts::find_by_name(const UserName& name) {
  for (const NameIndexes& index : indexes_of(context_.keyring, name.key(), name.key())) {
    auto found = find(kByName, {{"email_index", index.email}, {"login_index", index.login}});
    if (!found || *found) return found;
  }
  return std::optional<Account>();
}

Result<std::vector<Account>> SqlAccounts::list(const AccountId& after, int limit) {
  const auto read = [&](Row& row) { return read_account(row, context_.keyring); };
  if (after.empty()) {
    return sql::find_all<Account>(context_.connection, kFirst, {{"limit", limit}}, read);
  }
  return sql::find_all<Account>(context_.connection, kAfter,
                                {{"after", after.text()}, {"limit", limit}}, read);
}

Result<void> SqlAccounts::set_state(const AccountId& id, AccountState state) {
  return sql::must_change(context_.connection, kSetState,
                          {{"state", name_of(state)}, {"id", id.text()}}, Errc::not_found,
                          "no such account");
}

Result<void> SqlAccounts::set_dn(const AccountId& id, std::string_view dn) {
  const std::string sealed = context_.keyring.seal(dn, dn_place(id));
  return sql::must_change(context_.connection, kSetDn, {{"dn", sealed}, {"id", id.text()}},
                          Errc::not_found, "no such account");
}

Result<void> SqlAccounts::set_locked(const AccountId& id, std::optional<UtcTime> since) {
  return sql::must_change(context_.connection, kSetLocked, {{"locked", since}, {"id", id.text()}},
                          Errc::not_found, "no such account");
}

Result<void> SqlAccounts::set_language(const AccountId& id, Language language) {
  return sql::must_change(context_.connection, kSetLanguage,
                          {{"language", code_of(language)}, {"id", id.text()}}, Errc::not_found,
                          "no such account");
}

Result<void> SqlAccounts::remove(const AccountId& id) {
  const Result<bool> removed =
      sql::changes(context_.connection, kRemove,
                   {{"id", id.text()}, {"state", name_of(AccountState::activating)}});
  if (!removed) return fail(removed.error());
  if (*removed) return {};
  const auto left =
      sql::find_one<std::int64_t>(context_.connection, kCount, {{"id", id.text()}},
                                  [](Row& row) -> Result<std::int64_t> { return row.integer(); });
  if (!left) return fail(left.error());
  if (left->value_or(0) == 0) return {};
  return fail(Errc::denied, "store: an account that was active is not removed");
}

}  // namespace portal
