// Step 1: who are you? Three data against one letter, and nothing that tells which was wrong.

#include <utility>

#include "domain/activation_guesses.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"

namespace portal {
namespace {

using IdentityClaim = RegistrationService::IdentityClaim;

struct Match {
  Person person;
  Letter letter;
};

/// The person and the letter that all of the claim belongs to, or nothing.
Result<std::optional<Match>> match(Transaction& transaction, const Portal& portal,
                                   const AudienceId& audience, const IdentityClaim& claim,
                                   UtcTime now) {
  People& people = transaction.people();
  Result<std::optional<Person>> person = people.find_by_ahv(claim.ahv);
  if (!person) return fail(std::move(person).error());
  if (!*person) return std::optional<Match>();
  Result<std::optional<Letter>> letter = people.newest_letter((*person)->id, portal.id);
  if (!letter) return fail(std::move(letter).error());
  if (!*letter) return std::optional<Match>();
  const Result<bool> code = people.code_matches((*letter)->id, claim.code);
  if (!code) return fail(code.error());
  const Letter& found = **letter;
  const bool open = !found.used && !found.dead && now < found.expires;
  const bool all = *code && open && (*person)->born == claim.born && found.audience == audience;
  if (!all) return std::optional<Match>();
  return Match{std::move(**person), std::move(**letter)};
}

/// The letter counts for the newest registration alone.
Result<void> abandon_earlier(Transaction& transaction, const PersonId& person, UtcTime now) {
  Result<std::vector<Registration>> open = transaction.registrations().open_of(person);
  if (!open) return fail(std::move(open).error());
  for (Registration& earlier : *open) {
    const RegistrationStep before = earlier.step;
    earlier.step = RegistrationStep::abandoned;
    earlier.updated = now;
    if (const auto done = transaction.registrations().update(earlier, before); !done) {
      return fail(done.error());
    }
  }
  return {};
}

}  // namespace

Result<std::variant<Identified, Refusal>> RegistrationService::identify(const Portal& portal,
                                                                        const AudienceId& audience,
                                                                        const IdentityClaim& claim,
                                                                        Language language,
                                                                        const Source& source) {
  constexpr std::string_view what = "registration.identify";
  using Ended = std::variant<Identified, Refusal>;
  const UtcTime now = neighbours_.clock.now();
  Secret token = random_token();

  const auto refuse = [&](Transaction& transaction, RefusalReason reason) -> Result<Ended> {
    return tell_refusal(transaction, now, what, "", source, reason, "");
  };

  return in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Result<Ended> {
    const auto throttled = is_guessing(transaction, settings_, claim.ahv, source, now);
    if (!throttled) return fail(throttled.error());
    if (*throttled) return refuse(transaction, RefusalReason::too_many_tries);

    Result<std::optional<Match>> found = match(transaction, portal, audience, claim, now);
    if (!found) return fail(std::move(found).error());
    if (!*found) {
      const auto counted = count_wrong_guess(transaction, settings_, claim.ahv, source, now);
      if (!counted) return fail(counted.error());
      return refuse(transaction, RefusalReason::wrong_data);
    }
    const Match& matched = **found;

    const auto account = transaction.accounts().find_by_person(matched.person.id);
    if (!account) return fail(account.error());
    if (*account && (*account)->state == AccountState::activating) {
      return refuse(transaction, RefusalReason::unavailable);
    }
    if (auto done = abandon_earlier(transaction, matched.person.id, now); !done) {
      return fail(std::move(done).error());
    }

    Registration row;
    row.id = RegistrationId::random();
    row.token_index = neighbours_.keyring.lasting_index("registration", token.reveal());
    row.person = matched.person.id;
    row.letter = matched.letter.id;
    row.portal = portal.id;
    row.audience = audience;
    row.language = language;
    row.step = *account ? RegistrationStep::log_in : RegistrationStep::credentials;
    row.account = *account ? (*account)->id : AccountId::random();
    row.terms = {portal.id, portal.terms.version, in_language(portal.terms.hash, language),
                 language, now};
    row.started = now;
    row.updated = now;
    if (auto done = transaction.registrations().add(row); !done) {
      return fail(std::move(done).error());
    }
    AuditEvent event = success_event(now, what, row.account.text(), source);
    event.reason = "portal " + portal.id.text() + ", terms " + portal.terms.version;
    if (auto told = transaction.audit().append(event); !told) {
      return fail(std::move(told).error());
    }
    return Identified{std::move(token), row.step};
  });
}

}  // namespace portal
