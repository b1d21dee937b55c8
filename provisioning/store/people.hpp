#pragma once

#include "domain/ports/people.hpp"
#include "store/context.hpp"

namespace portal {

/// People and their letters, in the tables of those names. What committed imports say of somebody
/// is settled before they are read or changed, so that nobody sees them as they were.
class SqlPeople final : public People {
 public:
  explicit SqlPeople(StoreContext context) : context_(context) {}

  Result<std::optional<Person>> find_by_ahv(const AhvNumber& ahv) override;
  Result<Person> get(const PersonId& id) override;
  Result<void> put(const Person& person) override;
  Result<void> erase(const PersonId& person) override;

  Result<void> issue(const Letter& letter, const ActivationCode& code) override;
  Result<std::optional<Letter>> newest_letter(const PersonId& person,
                                              const PortalId& portal) override;
  Result<Letter> letter(const LetterId& id) override;
  Result<std::vector<Letter>> letters_of(const PersonId& person) override;
  Result<bool> code_matches(const LetterId& letter, const ActivationCode& code) override;
  Result<bool> redeem(const LetterId& letter, UtcTime now) override;
  Result<void> kill(const LetterId& letter, UtcTime now) override;

 private:
  StoreContext context_;
};

}  // namespace portal
