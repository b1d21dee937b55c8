#include "domain/password_context.hpp"

#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"

namespace portal {

Result<PasswordContext> password_context_of(Transaction& transaction, const Portals& portals,
                                            const Account& account) {
  const auto person = transaction.people().get(account.person);
  if (!person) return fail(person.error());
  PasswordContext made;
  made.names = {person->given_name, person->family_name, account.email.text(), account.login_name};
  for (const Portal& portal : portals.all()) {
    for (const auto& [language, name] : portal.name) made.portal.push_back(name);
  }
  return made;
}

}  // namespace portal
