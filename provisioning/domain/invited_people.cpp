#include "domain/invited_people.hpp"

#include <set>
#include <utility>

#include "domain/administration_acts.hpp"
#include "domain/ports/store.hpp"
#include "domain/staged_leftovers.hpp"

namespace portal {
namespace {

/// Fails: not_found; conflict (there is an account).
Result<Person> invited(Transaction& transaction, const AhvNumber& ahv) {
  Result<std::optional<Person>> person = transaction.people().find_by_ahv(ahv);
  if (!person) return fail(std::move(person).error());
  if (!*person) return fail(Errc::not_found, "nobody with this AHV number was imported");
  const auto account = transaction.accounts().find_by_person((*person)->id);
  if (!account) return fail(account.error());
  if (*account)
    return fail(Errc::conflict,
                "this person has an account: name it by its id, " + (*account)->id.text());
  return std::move(**person);
}

Result<InvitedData> data_of(Transaction& transaction, Person person) {
  InvitedData data{std::move(person), {}, {}, {}};
  auto letters = transaction.people().letters_of(data.person.id);
  if (!letters) return fail(std::move(letters).error());
  data.letters = std::move(*letters);
  auto registrations = transaction.registrations().of(data.person.id);
  if (!registrations) return fail(std::move(registrations).error());
  std::set<std::string> ids{data.person.id.text()};
  for (Registration& one : *registrations) {
    one.seed = Secret();
    // Its events name the account that it was to become.
    ids.insert(one.account.text());
  }
  data.registrations = std::move(*registrations);
  auto records = records_of(transaction.audit(), std::move(ids));
  if (!records) return fail(std::move(records).error());
  data.records = std::move(*records);
  return data;
}

}  // namespace

/// Told of first, as the export of an account.
Result<InvitedData> InvitedPeople::export_data(const AhvNumber& ahv, const Administrator& by) {
  const auto person = in_write<PersonId>(
      store_, "admin.export_person", [&](Transaction& transaction) -> Result<PersonId> {
        const Result<Person> found = invited(transaction, ahv);
        if (!found) return fail(found.error());
        auto told = transaction.audit().append(
            act_of(by, clock_.now(), "admin.exported", found->id.text()));
        if (!told) return fail(std::move(told).error());
        return found->id;
      });
  if (!person) return fail(person.error());
  return in_read<InvitedData>(store_, [&](Transaction& transaction) -> Result<InvitedData> {
    Result<Person> found = transaction.people().get(*person);
    if (!found) return fail(std::move(found).error());
    return data_of(transaction, std::move(*found));
  });
}

Result<void> InvitedPeople::erase(const AhvNumber& ahv, const Administrator& by) {
  return store_.write("admin.erase_person", [&](Transaction& transaction) -> Result<void> {
    const Result<Person> person = invited(transaction, ahv);
    if (!person) return fail(person.error());
    if (auto settled = nothing_on_its_way(transaction, person->id, {person->id.text()}); !settled)
      return settled;
    if (auto left = leave_to_take_back(transaction, person->id, clock_.now()); !left) return left;
    if (auto gone = transaction.people().erase(person->id); !gone) return gone;
    return transaction.audit().append(act_of(by, clock_.now(), "person.erased", person->id.text()));
  });
}

}  // namespace portal
