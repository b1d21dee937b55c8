#include "domain/activation_guesses.hpp"

#include <chrono>

#include "domain/ports/attempts.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

/// A guess at one portal counts against the person's letters for all, each from its issue on: a new
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

}  // namespace

Result<bool> is_guessing(Transaction& transaction, const RegistrationSettings& settings,
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

Result<void> count_wrong_guess(Transaction& transaction, const RegistrationSettings& settings,
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

}  // namespace portal
