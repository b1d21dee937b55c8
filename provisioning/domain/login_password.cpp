// The first half of a login: a name and a password against the directory.

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/audit_trail.hpp"
#include "domain/login.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/directory.hpp"
#include "domain/ports/phrasebook.hpp"
#include "domain/ports/store.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kWhat = "login.password";

Refusal unavailable() { return {RefusalReason::unavailable, DecisionId::random()}; }

/// What the store knows about a typed name before the directory is asked.
struct Subject {
  std::optional<Account> account;
  std::string throttle_key;  ///< (account or typed name, source): an outsider cannot lock the owner
  bool throttled = false;
};

Result<Subject> look_up(Store& store, const LoginSettings& settings, std::string_view typed_name,
                        const Source& source, UtcTime now) {
  return in_read<Subject>(store, [&](Transaction& transaction) -> Result<Subject> {
    Subject subject;
    if (const Result<UserName> name = UserName::parse(typed_name)) {
      auto account = transaction.accounts().find_by_name(*name);
      if (!account) return fail(std::move(account).error());
      subject.account = std::move(*account);
      subject.throttle_key = subject.account ? subject.account->id.text() : "name:" + name->key();
    } else {
      subject.throttle_key = "name:";
    }
    subject.throttle_key += "|" + source.throttle_key();
    const auto wrong = transaction.attempts().count(AttemptKind::wrong_password,
                                                    subject.throttle_key, now - 15min);
    if (!wrong) return fail(wrong.error());
    subject.throttled = *wrong >= settings.password_tries;
    return subject;
  });
}

/// Binds at the DN that we know; if the entry has been moved since, finds it again by its
/// entryUUID, once.
Result<BindAnswer> bind_account(Directory& directory, Store& store, const Account& account,
                                const Secret& password) {
  const Result<BindAnswer> first = directory.bind(account.dn, password);
  if (!first || first->verdict != BindAnswer::Verdict::wrong_password) return first;
  const auto place = directory.locate(account.entry_uuid);
  // The password was judged; a directory that cannot be searched now makes it no less wrong.
  if (!place || !*place || (*place)->staged || (*place)->dn == account.dn) return first;
  const auto moved = store.write("login.moved", [&](Transaction& transaction) {
    return transaction.accounts().set_dn(account.id, (*place)->dn);
  });
  if (!moved) return fail(moved.error());
  return directory.bind((*place)->dn, password);
}

/// Why a person with the right password must still stay outside; empty if nothing is in the way.
std::string obstacle(const Account& account, BindAnswer::Verdict verdict, bool is_member,
                     bool has_factor) {
  switch (verdict) {
    case BindAnswer::Verdict::must_change: return "the password must be changed";
    case BindAnswer::Verdict::expired: return "the password has expired";
    case BindAnswer::Verdict::locked: return "locked by the directory";
    case BindAnswer::Verdict::wrong_password: return "wrong password";
    case BindAnswer::Verdict::accepted: break;
  }
  if (account.state != AccountState::active)
    return "account " + std::string(name_of(account.state));
  if (account.locked) return "locked by an administrator";
  if (!is_member) return "not a member of this portal";
  if (!has_factor) return "no second factor";
  return {};
}

}  // namespace

LoginService::LoginService(Neighbours neighbours, LoginSettings settings)
    : neighbours_(neighbours), settings_(std::move(settings)) {}

LoginStep LoginService::start(const LoginConversation& conversation) {
  return Prompt{Prompt::Kind::password, false,
                neighbours_.phrases.text(conversation.language, "prompt.password")};
}

LoginStep LoginService::answer(LoginConversation& conversation, const Secret& answer) {
  const auto stage = std::exchange(conversation.stage, LoginConversation::Stage::over);
  switch (stage) {
    case LoginConversation::Stage::password: return judge_password(conversation, answer);
    case LoginConversation::Stage::code: return judge_code(conversation, answer);
    case LoginConversation::Stage::over: break;
  }
  return Refusal{RefusalReason::start_again, DecisionId::random()};
}

LoginStep LoginService::judge_password(LoginConversation& conversation, const Secret& password) {
  const UtcTime now = neighbours_.clock.now();
  const Source& source = conversation.source;
  const auto subject = look_up(neighbours_.store, settings_, conversation.typed_name, source, now);
  if (!subject) return unavailable();
  const std::string who = subject->account ? subject->account->id.text() : "";

  const auto refuse = [&](RefusalReason reason, std::string_view why, bool counts) -> LoginStep {
    const Refusal refusal{reason, DecisionId::random()};
    const auto told = neighbours_.store.write(kWhat, [&](Transaction& transaction) -> Result<void> {
      if (counts) {
        auto counted =
            transaction.attempts().record(AttemptKind::wrong_password, subject->throttle_key, now);
        if (!counted) return counted;
      }
      return transaction.audit().append(refusal_event(now, kWhat, who, source, refusal, why));
    });
    if (!told) return unavailable();
    return refusal;
  };

  if (subject->throttled) return refuse(RefusalReason::too_many_tries, "", false);
  if (password.empty()) return refuse(RefusalReason::wrong_credentials, "empty password", false);
  const Result<Secret> normal = to_nfc(password);
  if (!normal) return refuse(RefusalReason::wrong_credentials, "not text", true);
  // A name that nobody has, and an account whose entry may not bind yet, are asked about as well:
  // they answer like a wrong password, and like the directory when it is down (L5).
  if (!subject->account || subject->account->state == AccountState::activating) {
    const auto asked = neighbours_.directory.bind_nobody(*normal);
    if (!asked) return refuse(RefusalReason::unavailable, "the directory does not answer", false);
    return refuse(RefusalReason::wrong_credentials,
                  subject->account ? "account activating" : "unknown name", true);
  }
  const Account& account = *subject->account;

  const auto bound = bind_account(neighbours_.directory, neighbours_.store, account, *normal);
  if (!bound) return refuse(RefusalReason::unavailable, "the directory does not answer", false);
  if (bound->verdict == BindAnswer::Verdict::wrong_password ||
      bound->verdict == BindAnswer::Verdict::locked) {
    return refuse(RefusalReason::wrong_credentials,
                  bound->verdict == BindAnswer::Verdict::locked ? "locked by the directory"
                                                                : "wrong password",
                  true);
  }

  struct Holdings {
    bool is_member = true;
    std::optional<Factor> factor;
  };
  auto holdings =
      in_read<Holdings>(neighbours_.store, [&](Transaction& transaction) -> Result<Holdings> {
        Holdings found;
        if (conversation.portal) {
          const auto memberships = transaction.accounts().memberships(account.id);
          if (!memberships) return fail(memberships.error());
          found.is_member = std::ranges::find(*memberships, *conversation.portal,
                                              &Membership::portal) != memberships->end();
        }
        auto factor = transaction.accounts().factor_of(account.id);
        if (!factor) return fail(std::move(factor).error());
        found.factor = std::move(*factor);
        return found;
      });
  if (!holdings) return unavailable();
  const std::string why =
      obstacle(account, bound->verdict, holdings->is_member, holdings->factor.has_value());
  if (!why.empty()) return refuse(RefusalReason::account_unusable, why, false);

  // From here on the person has shown that they know the account: their own language.
  conversation.language = account.language;
  conversation.account = account.id;
  conversation.stage = LoginConversation::Stage::code;
  const LoginStep next = challenge(conversation, *holdings->factor);
  if (!std::holds_alternative<Prompt>(next)) {
    conversation.stage = LoginConversation::Stage::over;
  }
  return next;
}

}  // namespace portal
