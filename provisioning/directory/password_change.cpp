// A person changes their password: in their own name, so that the directory's policy speaks.
#include "directory/dn.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"

namespace portal {

using directory::Answer;
using directory::Connection;
using directory::Deadline;
using Outcome = PasswordChange::Outcome;

namespace {

struct Change {
  const std::string& dn;
  const Secret& current;
  const Secret& next;
  const Deadline& deadline;
};

/// Binds as the person: nothing if the change may follow, else how it ends.
Result<std::optional<PasswordChange>> become(Connection& connection, const Change& change) {
  const Answer answer = connection.bind(change.dn, change.current, change.deadline);
  const Result<BindAnswer> judged =
      directory::judge_bind(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  switch (judged->verdict) {
    case BindAnswer::Verdict::accepted:
    case BindAnswer::Verdict::must_change: return std::nullopt;
    case BindAnswer::Verdict::wrong_password:
    case BindAnswer::Verdict::locked: return PasswordChange{Outcome::wrong_password, {}};
    case BindAnswer::Verdict::expired: return PasswordChange{Outcome::expired, {}};
  }
  return fail(Errc::internal, "directory: a verdict without a meaning");
}

Result<PasswordChange> ask(Connection& connection, const Change& change) {
  const Answer answer =
      connection.change_password(change.dn, change.current, change.next, change.deadline);
  const auto judged = directory::judge_new_password(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  if (*judged) return PasswordChange{Outcome::refused, *judged};
  return PasswordChange{Outcome::taken, {}};
}

/// The connection died with the answer. Asked again, the change would fail, because the old
/// password is gone; so the new one is tried.
Result<PasswordChange> find_out(Connection& connection, const Change& change) {
  const Answer answer = connection.bind(change.dn, change.next, change.deadline);
  const Result<BindAnswer> judged =
      directory::judge_bind(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  if (judged->verdict == BindAnswer::Verdict::accepted) return PasswordChange{Outcome::taken, {}};
  return fail(Errc::unavailable, "directory: the connection was lost during a change of password");
}

}  // namespace

Result<PasswordChange> LdapDirectory::change_password(std::string_view dn, const Secret& current,
                                                      const Secret& next) {
  if (current.empty() || !directory::is_within(dn, parts_->settings().people_base))
    return PasswordChange{};
  if (next.empty()) return PasswordChange{Outcome::refused, PasswordRefusal::too_short};
  const std::string name(dn);
  const Deadline deadline = parts_->deadline();
  const Change change{name, current, next, deadline};
  bool asked = false;
  const auto work = [&](Connection& connection) -> Result<PasswordChange> {
    if (asked) return find_out(connection, change);
    const auto ended = become(connection, change);
    if (!ended) return fail(ended.error());
    if (*ended) return **ended;
    asked = true;
    Result<PasswordChange> changed = ask(connection, change);
    // Nobody's, before someone else gets it; a bind that fails does that as well.
    if (!connection.broken()) (void)connection.bind_anonymously(deadline);
    return changed;
  };
  Result<PasswordChange> changed = with_connection(parts_->provider_logins(), deadline, work);
  // After a lost answer as well: only the provider knows.
  const bool perhaps = !changed || changed->outcome == Outcome::taken;
  if (asked && perhaps) parts_->recent_writes().note(name);
  return changed;
}

}  // namespace portal
