#include "domain/password_judge.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/store.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

/// Wrong passwords count for a day.
constexpr std::chrono::hours kPasswordWindow{24};
/// Whoever waits longer behind others who try at the same account is refused.
constexpr std::chrono::milliseconds kPatience{3000};
/// Longer than from the beginning of a try to the directory's answer: it waits its turn, then
/// binds.
constexpr std::chrono::seconds kTryTakes{10};
/// A known source is noted again after so long, and forgotten by the store after 400 days: not at
/// each login, which waits for the disk.
constexpr std::chrono::days kKnownAnew{7};
/// Of what the directory allows, this much is for sources that the account knows.
constexpr int kKeptForKnownSources = 3;

std::string key_of(std::string_view subject, const Source& source) {
  return std::string(subject) + "|" + source.throttle_key();
}

/// How many more wrong passwords the directory may see: one less than locks, and from sources that
/// the account does not know, some less again.
int directory_allows(const LoginSettings& settings, int wrong_binds, bool known_source) {
  const int most = settings.directory_max_failures - 1;
  const int kept = known_source ? 0 : std::min(kKeptForKnownSources, most / 2);
  return std::max(most - kept - wrong_binds, 0);
}

/// Whether the share that is kept makes up for what other nodes may be judging unnoted.
bool has_reserve(const LoginSettings& settings) {
  return directory_allows(settings, 0, true) - directory_allows(settings, 0, false) >=
         kKeptForKnownSources;
}

Result<Tally> wrong_binds(Attempts& attempts, const LoginSettings& settings, std::string_view name,
                          UtcTime now) {
  return attempts.tally(AttemptKind::wrong_bind, name,
                        now - settings.directory_failure_window - kTryTakes);
}

/// Counts one at a moment that none of `before` has, so that it can be forgotten alone.
Result<UtcTime> count_bind(Attempts& attempts, std::string_view name, const Tally& before,
                           UtcTime now) {
  const UtcTime at = before.count == 0 ? now : std::max(now, before.last + 1ms);
  auto counted = attempts.record(AttemptKind::wrong_bind, name, at);
  if (!counted) return fail(std::move(counted).error());
  return at;
}

bool is_unreserved(const BindAnswer& answer) {
  return answer.verdict == BindAnswer::Verdict::accepted && !answer.expires_in &&
         !answer.grace_logins_left;
}

}  // namespace

PasswordJudge::PasswordJudge(Store& store, Directory& directory, const Clock& clock,
                             LoginSettings settings)
    : store_(store), directory_(directory), clock_(clock), settings_(std::move(settings)) {}

Result<PasswordJudge::Subject> PasswordJudge::look_up(std::string_view typed_name,
                                                      const Source& source, UtcTime now) {
  return in_read<Subject>(store_, [&](Transaction& transaction) -> Result<Subject> {
    Subject subject;
    subject.name = "name:";
    if (const Result<UserName> name = UserName::parse(typed_name)) {
      auto account = transaction.accounts().find_by_name(*name);
      if (!account) return fail(std::move(account).error());
      subject.account = std::move(*account);
      subject.name += name->key();
    }
    if (subject.account) subject.name = subject.account->id.text();
    Attempts& attempts = transaction.attempts();
    const std::string key = key_of(subject.name, source);
    const auto wrong = attempts.tally(AttemptKind::wrong_password, key, now - kPasswordWindow);
    if (!wrong) return fail(wrong.error());
    subject.tries_left = tries_left(*wrong, settings_.password_tries, now);
    if (settings_.directory_max_failures == 0) return subject;

    const auto binds = wrong_binds(attempts, settings_, subject.name, now);
    if (!binds) return fail(binds.error());
    subject.wrong_binds = binds->count;
    const auto known = attempts.tally(AttemptKind::known_source, key, UtcTime());
    if (!known) return fail(known.error());
    subject.source_known = known->count > 0;
    subject.tries_left = std::min(subject.tries_left,
                                  directory_allows(settings_, binds->count, subject.source_known));
    subject.needs_no_welcome =
        wrong->count == 0 && subject.source_known && known->last > now - kKnownAnew;
    return subject;
  });
}

/// Binds at the DN that we know; if the entry has been moved since, finds it again by its
/// entryUUID, once.
Result<BindAnswer> PasswordJudge::bind(const Account& account, const Secret& password) {
  const Result<BindAnswer> first = directory_.bind(account.dn, password);
  if (!first || first->verdict != BindAnswer::Verdict::wrong_password) return first;
  const auto place = directory_.locate(account.entry_uuid);
  // The password was judged; a directory that cannot be searched now makes it no less wrong.
  if (!place || !*place || (*place)->staged || (*place)->dn == account.dn) return first;
  const auto moved = store_.write("login.moved", [&](Transaction& transaction) {
    return transaction.accounts().set_dn(account.id, (*place)->dn);
  });
  if (!moved) return fail(moved.error());
  return directory_.bind((*place)->dn, password);
}

/// Waits until as many tries are left as there are people ahead; nothing if the turn has come.
/// `wrong_before`: how many wrong answers there had been when the subject was read. Who is ahead is
/// asked first: whoever has left by then has said before whether they were wrong.
std::optional<PasswordJudge::Fault> PasswordJudge::wait(const Turns::Turn& turn, Try& attempt,
                                                        std::uint64_t wrong_before) {
  for (bool has_waited = false;; has_waited = true) {
    const std::size_t ahead = turn.ahead();
    attempt.ahead = ahead;
    if (has_waited || turns_.wrong_answers() != wrong_before) {
      Result<Subject> again = look_up(attempt.typed_name, attempt.source, attempt.now);
      if (!again) return Fault{RefusalReason::unavailable, "the store does not answer"};
      attempt.subject = std::move(*again);
    }
    if (attempt.subject.tries_left == 0) return Fault{RefusalReason::too_many_tries, ""};
    if (ahead < static_cast<std::size_t>(attempt.subject.tries_left)) return std::nullopt;
    if (!turn.wait_until_fewer_than(ahead, kPatience)) {
      return Fault{RefusalReason::too_many_tries, "too many at the same time"};
    }
  }
}

/// Lets it count as wrong before it is judged: other nodes may be at the same account, and what
/// they judge is known by the store alone. Not the first of an account here while nothing is noted.
std::optional<PasswordJudge::Fault> PasswordJudge::note_ahead(Try& attempt) {
  const Subject& subject = attempt.subject;
  if (settings_.directory_max_failures == 0) return std::nullopt;
  if (subject.wrong_binds == 0 && attempt.ahead == 0 && has_reserve(settings_)) return std::nullopt;
  const auto noted =
      store_.write("login.note_ahead", [&](Transaction& transaction) -> Result<void> {
        Attempts& attempts = transaction.attempts();
        const auto binds = wrong_binds(attempts, settings_, subject.name, attempt.now);
        if (!binds) return fail(binds.error());
        if (directory_allows(settings_, binds->count, subject.source_known) == 0) return {};
        const auto at = count_bind(attempts, subject.name, *binds, attempt.now);
        if (!at) return fail(at.error());
        attempt.noted = *at;
        return {};
      });
  if (!noted) return Fault{RefusalReason::unavailable, "the store does not answer"};
  if (!attempt.noted) return Fault{RefusalReason::too_many_tries, "too many at the same time"};
  return std::nullopt;
}

std::optional<PasswordJudge::Fault> PasswordJudge::ask_directory(
    const std::optional<Account>& account, const Secret& password, BindAnswer& answer) {
  if (password.empty()) return Fault{RefusalReason::wrong_credentials, "empty password"};
  const Result<Secret> normal = to_nfc(password);
  if (!normal) return Fault{RefusalReason::wrong_credentials, "not text", true};
  const Fault silent{RefusalReason::unavailable, "the directory does not answer"};
  // A name that nobody has, and an account whose entry may not bind yet, are asked about as well:
  // they answer like a wrong password, and like the directory when it is down (L5).
  if (!account || account->state == AccountState::activating) {
    if (!directory_.bind_nobody(*normal)) return silent;
    return Fault{RefusalReason::wrong_credentials, account ? "account activating" : "unknown name",
                 true};
  }
  const auto bound = bind(*account, *normal);
  if (!bound) return silent;
  answer = *bound;
  switch (bound->verdict) {
    case BindAnswer::Verdict::wrong_password:
      return Fault{RefusalReason::wrong_credentials, "wrong password", true};
    case BindAnswer::Verdict::locked:
      return Fault{RefusalReason::wrong_credentials, "locked by the directory", true};
    case BindAnswer::Verdict::accepted:
    case BindAnswer::Verdict::must_change:
    case BindAnswer::Verdict::expired: break;
  }
  return std::nullopt;
}

JudgedPassword PasswordJudge::judge(std::string_view what, std::string_view typed_name,
                                    const Secret& password, const Source& source) {
  JudgedPassword judged;
  const std::uint64_t wrong_before = turns_.wrong_answers();
  Try attempt{typed_name, source, clock_.now(), {}, 0, {}};
  Result<Subject> subject = look_up(typed_name, source, attempt.now);
  if (!subject) {
    judged.refusal = Refusal{RefusalReason::unavailable, DecisionId::random()};
    return judged;
  }
  attempt.subject = std::move(*subject);
  Turns::Turn turn(turns_, attempt.subject.name);
  std::optional<Fault> fault = wait(turn, attempt, wrong_before);
  judged.account = attempt.subject.account;
  judged.needs_no_welcome = attempt.subject.needs_no_welcome;
  if (!fault) fault = note_ahead(attempt);
  if (!fault) fault = ask_directory(judged.account, password, judged.answer);
  if (!fault && !forgive_binds(attempt)) fault = Fault{RefusalReason::unavailable, "store"};
  if (!fault && is_unreserved(judged.answer)) recent_.note(judged.account->id, clock_.now());
  if (!fault) return judged;
  judged.refusal = note(what, attempt, *fault);
  if (fault->counts) turn.was_wrong();
  return judged;
}

/// The directory has forgotten the wrong passwords before a right one; so do we, but for those that
/// it may have seen after it.
Result<void> PasswordJudge::forgive_binds(const Try& attempt) {
  if (attempt.subject.wrong_binds == 0 && !attempt.noted) return {};
  return store_.write("login.forgive", [&](Transaction& transaction) -> Result<void> {
    Attempts& attempts = transaction.attempts();
    const std::string& name = attempt.subject.name;
    auto done = attempts.forget_until(AttemptKind::wrong_bind, name, attempt.now - kTryTakes);
    if (!done || !attempt.noted) return done;
    return attempts.forget_at(AttemptKind::wrong_bind, name, *attempt.noted);
  });
}

/// What was noted ahead stays if it was wrong, and goes if it was not judged; what was not is
/// counted now. Also for a name that nobody has, or the budget would tell who has an account (L5).
Result<void> PasswordJudge::keep_bind(Attempts& attempts, const Try& attempt, bool was_wrong) {
  const std::string& name = attempt.subject.name;
  if (attempt.noted && !was_wrong)
    return attempts.forget_at(AttemptKind::wrong_bind, name, *attempt.noted);
  if (attempt.noted || !was_wrong) return {};
  const auto before = wrong_binds(attempts, settings_, name, attempt.now);
  if (!before) return fail(before.error());
  const auto counted = count_bind(attempts, name, *before, attempt.now);
  return counted ? Result<void>() : fail(counted.error());
}

/// Counts what counts and tells the audit log, in one transaction, before the answer leaves.
Refusal PasswordJudge::note(std::string_view what, const Try& attempt, const Fault& fault) {
  Refusal refusal{fault.reason, DecisionId::random()};
  const Subject& subject = attempt.subject;
  const auto told = store_.write(what, [&](Transaction& transaction) -> Result<void> {
    Attempts& attempts = transaction.attempts();
    if (fault.counts) {
      auto counted = attempts.record(AttemptKind::wrong_password,
                                     key_of(subject.name, attempt.source), attempt.now);
      if (!counted) return counted;
    }
    auto kept = keep_bind(attempts, attempt, fault.counts);
    if (!kept) return kept;
    const std::string who = subject.account ? subject.account->id.text() : "";
    return transaction.audit().append(
        refusal_event(attempt.now, what, who, attempt.source, refusal, fault.why));
  });
  if (!told) refusal.reason = RefusalReason::unavailable;
  return refusal;
}

Result<void> PasswordJudge::welcome(Transaction& transaction, const AccountId& account,
                                    const Source& source, UtcTime now) {
  Attempts& attempts = transaction.attempts();
  const std::string key = key_of(account.text(), source);
  if (auto done = attempts.forget(AttemptKind::wrong_password, key); !done) return done;
  const auto noted = attempts.count(AttemptKind::known_source, key, now - kKnownAnew);
  if (!noted) return fail(noted.error());
  if (*noted > 0) return {};
  if (auto done = attempts.forget(AttemptKind::known_source, key); !done) return done;
  return attempts.record(AttemptKind::known_source, key, now);
}

}  // namespace portal
