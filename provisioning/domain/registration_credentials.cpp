// Steps 2 and 3: the address, the password, and the proof that the mailbox is theirs.

#include <chrono>
#include <utility>

#include "domain/codes.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/outbox.hpp"
#include "domain/ports/people.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration.hpp"
#include "domain/registration_act.hpp"
#include "domain/registration_pauses.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

ChallengeScope mail_scope(const Registration& row) {
  return {ChallengePurpose::prove_mail, row.id.text(), "registration"};
}

PasswordContext context_of(const Person& person, const EmailAddress& email, const Portal* portal) {
  PasswordContext context;
  context.names = {person.given_name, person.family_name, email.text()};
  if (portal) {
    for (const auto& [language, name] : portal->name) context.portal.push_back(name);
  }
  return context;
}

}  // namespace

Result<bool> RegistrationService::is_in_use(const EmailAddress& email) {
  const auto account = in_read<std::optional<Account>>(
      neighbours_.store,
      [&](Transaction& transaction) { return transaction.accounts().find_by_email(email); });
  if (!account) return fail(account.error());
  const Result<bool> in_directory = neighbours_.directory.has_address(email);
  if (!in_directory) return fail(in_directory.error());
  return account->has_value() || *in_directory;
}

Result<void> RegistrationService::send_mail(RegistrationAct& act) {
  Registration& row = act.row;
  const Portal* portal = neighbours_.portals.find(row.portal);
  if (!portal || !row.email) return fail(Errc::internal, "a registration without portal or mail");
  const Secret code = row.address_in_use ? unanswerable_code() : random_digits(kMailCodeDigits);
  const UtcTime expires = act.now + settings_.mail_code_lifetime;
  auto opened = act.transaction.challenges().open(mail_scope(row), code, act.now, expires);
  if (!opened) return opened;
  row.mail_sends += 1;
  row.mail_sent = act.now;

  // The owner is told at the address that we know: another spelling may be another mailbox.
  const auto owner = act.transaction.accounts().find_by_email(*row.email);
  if (!owner) return fail(owner.error());

  Message mail;
  mail.id = MessageId::random();
  mail.channel = Channel::mail;
  mail.recipient = row.address_in_use && *owner ? (*owner)->email.text() : row.email->text();
  mail.text = row.address_in_use ? "mail.address_in_use" : "mail.confirm_address";
  mail.values["portal"] = in_language(portal->name, row.language);
  mail.values["origin"] = portal->origin;
  if (!row.address_in_use) mail.values["code"] = std::string(code.reveal());
  mail.language = row.language;
  mail.portal = row.portal;
  mail.order_key = row.person.text();
  mail.created = act.now;
  mail.expires = expires;
  if (auto put = act.transaction.outbox().put(mail); !put) return put;
  return act.transaction.attempts().record(AttemptKind::mail_to_person, row.person.text(), act.now);
}

RegistrationService::Outcome<PasswordFaults> RegistrationService::choose_credentials(
    const Secret& token, const EmailAddress& email, const Secret& password, const Source& source) {
  Result<std::optional<Registration>> found = row_of(token);
  if (!found) return fail(std::move(found).error());
  if (!*found) return Refusal{RefusalReason::start_again, DecisionId::random()};
  const Registration& row = **found;
  if (row.step != RegistrationStep::credentials) return row.step;

  const Result<Secret> normal = to_nfc(password);
  if (!normal) return PasswordFaults{{PasswordFault::not_text}, false};
  const Result<Person> person = in_read<Person>(neighbours_.store, [&](Transaction& transaction) {
    return transaction.people().get(row.person);
  });
  if (!person) return fail(person.error());
  std::vector<PasswordFault> faults = neighbours_.password_rules.faults_of(
      *normal, context_of(*person, email, neighbours_.portals.find(row.portal)));
  if (!faults.empty()) return PasswordFaults{std::move(faults), false};

  const Result<int> mails = in_read<int>(neighbours_.store, [&](Transaction& transaction) {
    return transaction.attempts().count(AttemptKind::mail_to_person, row.person.text(),
                                        neighbours_.clock.now() - 24h);
  });
  if (!mails) return fail(mails.error());
  if (*mails >= settings_.mails_per_person_and_day) {
    return Refusal{RefusalReason::too_many_tries, DecisionId::random()};
  }

  const Result<bool> in_use = is_in_use(email);
  if (!in_use) return fail(in_use.error());
  const auto announced = announce_entry(row.id);
  if (!announced) return fail(announced.error());
  if (const auto* step = std::get_if<RegistrationStep>(&*announced)) return *step;
  const Intent& mine = std::get<Intent>(*announced);
  // Whatever fails from here on leaves the intent, and settle_intents removes what was staged.
  const Result<DirectoryEntry> entry = stage(mine.account, row, email);
  if (!entry) return fail(entry.error());
  const auto refused = neighbours_.directory.set_password(entry->dn, *normal);
  if (!refused) return fail(refused.error());
  if (*refused) {
    (void)take_back(mine);
    return PasswordFaults{{}, true};
  }

  std::optional<Intent> left_over = mine;
  Outcome<> outcome = act("registration.credentials", token, {RegistrationStep::credentials},
                          source, [&](RegistrationAct& act) -> Outcome<> {
                            left_over = mine;
                            auto replaced = adopt_entry(act, mine, *entry);
                            if (!replaced) return fail(std::move(replaced).error());
                            act.row.email = email;
                            act.row.address_in_use = *in_use;
                            if (auto sent = send_mail(act); !sent) return fail(sent.error());
                            auto moved = act.advance(RegistrationStep::mail_code);
                            if (moved) left_over = std::move(*replaced);
                            return moved;
                          });
  // Of a commit that failed nobody knows whether it counts: settle_intents does, later.
  if (!outcome) return fail(std::move(outcome).error());
  if (left_over) (void)take_back(*left_over);
  return std::visit(
      [](auto&& ended) -> Outcome<PasswordFaults> { return std::forward<decltype(ended)>(ended); },
      std::move(*outcome));
}

RegistrationService::Outcome<> RegistrationService::confirm_mail(const Secret& token,
                                                                 const Secret& code,
                                                                 const Source& source) {
  const Secret typed = typed_code(code, kMailCodeDigits);
  return act("registration.mail_code", token, {RegistrationStep::mail_code}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               Challenges& challenges = act.transaction.challenges();
               const auto challenge = challenges.current(mail_scope(act.row));
               if (!challenge) return fail(challenge.error());
               if (!*challenge) return act.give_up("no code is open");
               if (act.now >= (*challenge)->expires) return act.refuse(RefusalReason::expired_code);
               const auto matches = challenges.matches((*challenge)->id, typed);
               if (!matches) return fail(matches.error());
               if (*matches) {
                 const auto consumed = challenges.consume((*challenge)->id);
                 if (!consumed) return fail(consumed.error());
                 if (!*consumed) return act.refuse(RefusalReason::wrong_code, "used before");
                 return act.advance(RegistrationStep::factor_choice);
               }
               if (auto counted = challenges.count_wrong((*challenge)->id); !counted) {
                 return fail(counted.error());
               }
               if ((*challenge)->wrong + 1 >= settings_.mail_code_tries) {
                 return act.give_up("too many wrong mail codes");
               }
               return act.refuse(RefusalReason::wrong_code);
             });
}

RegistrationService::Outcome<> RegistrationService::resend_mail(const Secret& token,
                                                                const Source& source) {
  return act("registration.resend_mail", token, {RegistrationStep::mail_code}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               if (mail_resends_left(act.row, settings_) == 0) {
                 return act.refuse(RefusalReason::too_many_tries, "no resend left");
               }
               if (mail_pause_left(act.row, settings_, act.now) > 0s) {
                 return act.refuse(RefusalReason::must_wait);
               }
               if (auto sent = send_mail(act); !sent) return fail(sent.error());
               return act.advance(RegistrationStep::mail_code);
             });
}

RegistrationService::Outcome<> RegistrationService::correct_address(const Secret& token,
                                                                    const EmailAddress& email,
                                                                    const Source& source) {
  const Result<std::optional<Registration>> found = row_of(token);
  if (!found) return fail(found.error());
  if (!*found) return Refusal{RefusalReason::start_again, DecisionId::random()};
  const Registration& row = **found;
  if (row.step != RegistrationStep::mail_code) return row.step;
  const Result<bool> in_use = is_in_use(email);
  if (!in_use) return fail(in_use.error());
  // In the store alone: the activation brings the staged entry in line. Written here as well, the
  // directory could be ahead after a crash, or beside a second tab, and keep what nobody has
  // proven.
  return act("registration.correct_address", token, {RegistrationStep::mail_code}, source,
             [&](RegistrationAct& act) -> Outcome<> {
               if (mail_resends_left(act.row, settings_) == 0) {
                 return act.refuse(RefusalReason::too_many_tries, "no mail left");
               }
               // A slip of the pen is corrected at once; a list of addresses is not written to.
               if (act.row.mail_sends > 1 && mail_pause_left(act.row, settings_, act.now) > 0s) {
                 return act.refuse(RefusalReason::must_wait);
               }
               act.row.email = email;
               act.row.address_in_use = *in_use;
               if (auto sent = send_mail(act); !sent) return fail(sent.error());
               return act.advance(RegistrationStep::mail_code);
             });
}

}  // namespace portal
