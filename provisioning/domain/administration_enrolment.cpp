// A second factor for those who have none; for those, too, whom only the directory knows.

#include <chrono>
#include <utility>

#include "domain/administration.hpp"
#include "domain/administration_acts.hpp"
#include "domain/ports/audit.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

/// How long somebody has to log in and set up a factor.
constexpr std::chrono::hours kOpen{7 * 24};

struct Adopted {
  Person person;
  Account account;
};

Result<Adopted> adopted(const FoundPerson& found, UtcTime now) {
  Result<EmailAddress> email = EmailAddress::parse(found.mail);
  if (!email) return fail(Errc::malformed, "the entry has no e-mail address that is valid here");
  const Result<UserName> name = UserName::parse(found.uid);
  if (!name || found.uid.find('@') != std::string::npos)
    return fail(Errc::malformed, "the entry has no uid that could be a login name");
  const Language language = found.language.value_or(Language::fr);
  Person person{PersonId::random(), std::nullopt,      std::nullopt,
                found.given_name,   found.family_name, language};
  Account account{AccountId::random(),
                  person.id,
                  std::move(*email),
                  name->key(),
                  language,
                  AccountState::active,
                  found.entry.entry_uuid,
                  found.entry.dn,
                  std::nullopt,
                  now};
  return Adopted{std::move(person), std::move(account)};
}

}  // namespace

Result<void> AdministrationService::open_enrolment(Transaction& transaction, const Account& account,
                                                   const Administrator& by) {
  const UtcTime now = clock_.now();
  const auto factor = transaction.accounts().factor_of(account.id);
  if (!factor) return fail(factor.error());
  if (*factor)
    return fail(Errc::conflict,
                "the account has a second factor: remove it first (accounts reset-factor)");
  auto allowed = transaction.accounts().allow_enrolment(account.id, now + kOpen);
  if (!allowed) return allowed;
  return transaction.audit().append(act_of(by, now, "factor.enrolment_allowed", account.id.text()));
}

Result<void> AdministrationService::allow_enrolment(std::string_view name,
                                                    const Administrator& by) {
  const auto known = in_write<bool>(
      store_, "admin.allow_enrolment", [&](Transaction& transaction) -> Result<bool> {
        const Result<Account> account = account_named(transaction, name);
        if (!account && account.error().code == Errc::not_found) return false;
        if (!account) return fail(account.error());
        auto opened = open_enrolment(transaction, *account, by);
        if (!opened) return fail(std::move(opened).error());
        return true;
      });
  if (!known) return fail(known.error());
  if (*known) return {};

  const auto found = directory_.find_person(name);
  if (!found) return fail(found.error());
  if (!*found)
    return fail(Errc::not_found, "neither an account nor an entry of the directory has this name");
  const Result<Adopted> made = adopted(**found, clock_.now());
  if (!made) return fail(made.error());
  return store_.write("admin.adopt", [&](Transaction& transaction) -> Result<void> {
    if (auto put = transaction.people().put(made->person); !put) return put;
    if (auto added = transaction.accounts().add(made->account); !added) return added;
    auto told = transaction.audit().append(
        act_of(by, clock_.now(), "account.adopted", made->account.id.text()));
    if (!told) return told;
    return open_enrolment(transaction, made->account, by);
  });
}

}  // namespace portal
