// Step 1: who are you? Three data against one letter, and nothing that tells which was wrong.

#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;
using IdentityClaim = RegistrationService::IdentityClaim;

/// Requirement R6, first half: how often this number and this address may be wrong. Unknown numbers
/// count alike.
Result<bool> is_throttled(Transaction& transaction, const RegistrationSettings& settings,
                          const AhvNumber& ahv, const Source& source, UtcTime now) {
  Attempts& attempts = transaction.attempts();
  const auto by_person = attempts.count(AttemptKind::activation_data, ahv.digits(), now - 15min);
  if (!by_person) return fail(by_person.error());
  const auto by_address =
      attempts.count(AttemptKind::activation_address, source.throttle_key(), now - 1h);
  if (!by_address) return fail(by_address.error());
  return *by_person >= settings.wrong_data_in_window ||
         *by_address >= settings.wrong_data_per_address;
}

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

/// Requirement R6, second half: a letter that was guessed at too often is dead until reissued. A
/// guess at one portal counts against the person's letters for all, each from its issue on: a new
/// letter begins anew, and gives nobody more tries at another.
Result<void> kill_guessed_at(Transaction& transaction, const RegistrationSettings& settings,
                             const AhvNumber& ahv, UtcTime now) {
  People& people = transaction.people();
  const Result<std::optional<Person>> person = people.find_by_ahv(ahv);
  if (!person) return fail(person.error());
  if (!*person) return {};
  const auto letters = people.letters_of((*person)->id);
  if (!letters) return fail(letters.error());
  for (const Letter& letter : *letters) {
    if (letter.used || letter.dead) continue;
    const Result<int> in_all = transaction.attempts().count(AttemptKind::activation_data,
                                                            ahv.digits(), letter.issued - 1ms);
    if (!in_all) return fail(in_all.error());
    if (*in_all < settings.wrong_data_in_all) continue;
    if (auto killed = people.kill(letter.id, now); !killed) return killed;
  }
  return {};
}

Result<void> count_failure(Transaction& transaction, const RegistrationSettings& settings,
                           const AhvNumber& ahv, const Source& source, UtcTime now) {
  Attempts& attempts = transaction.attempts();
  if (auto done = attempts.record(AttemptKind::activation_data, ahv.digits(), now); !done) {
    return done;
  }
  if (auto done = attempts.record(AttemptKind::activation_address, source.throttle_key(), now);
      !done) {
    return done;
  }
  return kill_guessed_at(transaction, settings, ahv, now);
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
    const Refusal refusal{reason, DecisionId::random()};
    const auto told = transaction.audit().append(refusal_event(now, what, "", source, refusal, ""));
    if (!told) return fail(told.error());
    return refusal;
  };

  return in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Result<Ended> {
    const auto throttled = is_throttled(transaction, settings_, claim.ahv, source, now);
    if (!throttled) return fail(throttled.error());
    if (*throttled) return refuse(transaction, RefusalReason::too_many_tries);

    Result<std::optional<Match>> found = match(transaction, portal, audience, claim, now);
    if (!found) return fail(std::move(found).error());
    if (!*found) {
      const auto counted = count_failure(transaction, settings_, claim.ahv, source, now);
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
    row.token_index = neighbours_.keyring.index("registration", token.reveal());
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
