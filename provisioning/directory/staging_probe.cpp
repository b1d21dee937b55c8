#include "directory/staging_probe.hpp"

#include <mutex>

#include "base/random.hpp"
#include "directory/dn.hpp"
#include "directory/probe_entries.hpp"

namespace portal::directory {
namespace {

/// Marks the subject for searches; no address of a person ends so (RFC 2606).
constexpr std::string_view kProbeDomain = "@probe.invalid";

tl::unexpected<Error> unsafe(std::string what) {
  return fail(Errc::denied, "directory: unsafe access rules: " + std::move(what));
}

/// A failed step of the service account: too few rights, unless the server is away.
tl::unexpected<Error> lacking(const Answer& answer, std::string_view right) {
  Error error = answer.error("probe");
  if (error.code != Errc::unavailable) error.code = Errc::denied;
  error.detail += "; the service account needs the right to " + std::string(right);
  return fail(std::move(error));
}

}  // namespace

Secret probe_password() {
  const Secret token = random_token();
  std::string text = "aA1!" + std::string(token.reveal());
  Secret password(text);
  wipe(text);
  return password;
}

StagingProbe::StagingProbe(LdapDirectory::Parts& parts, const Deadline& deadline)
    : parts_(parts),
      deadline_(deadline),
      subject_uid_(new_probe_uid()),
      subject_("uid=" + subject_uid_ + "," + parts.settings().staging_base),
      witness_("uid=" + parts.witness_uid() + "," + parts.settings().staging_base),
      person_("uid=" + parts.witness_uid() + "," + parts.settings().people_base),
      subject_password_(probe_password()),
      witness_password_(probe_password()) {}

Result<void> StagingProbe::run() {
  return with_connection(parts_.service(), deadline_, [this](Connection& service) -> Result<void> {
    Result<void> proven = [&]() -> Result<void> {
      if (auto done = prepare(service); !done) return done;
      if (auto done = check_service_account(service); !done) return done;
      // A connection of its own: what is asked on it is asked as nobody, then as a person.
      auto stranger = parts_.provider_logins().acquire(deadline_, Pool::Want::fresh);
      if (!stranger) return fail(std::move(stranger).error());
      if (auto done = check_staged_bind(**stranger); !done) return done;
      if (auto done = check_nobody_sees(**stranger); !done) return done;
      if (auto done = check_admission(service); !done) return done;
      if (auto done = check_person_sees_nothing(**stranger); !done) return done;
      return check_passwords_of_people(service);
    }();
    const Result<void> cleaned = clean_up(service);
    return proven ? cleaned : proven;
  });
}

Result<void> StagingProbe::make_entry(Connection& service, const std::string& dn,
                                      const std::string& uid, const Secret& password) {
  const Attributes attributes = {
      {"objectClass", {"top", "person", "organizationalPerson", "inetOrgPerson"}},
      {"uid", {uid}},
      {"cn", {std::string(kProbeName)}},
      {"sn", {"probe"}},
      {"givenName", {"portald"}},
      {"mail", {uid + std::string(kProbeDomain)}},
      {"preferredLanguage", {"en"}},
  };
  const Answer added = service.add(dn, attributes, deadline_);
  // A witness that an earlier proof could not take away is as good.
  if (!added.succeeded() && added.outcome() != Outcome::already_exists)
    return lacking(added, "add an entry to " + parts_.settings().staging_base);
  const Answer set = service.set_password(dn, password, deadline_);
  const auto judged = judge_new_password(set.code, set.policy, set.diagnostic);
  if (judged && *judged)
    return unsafe("the password policy refuses 47 random characters (" + set.diagnostic + ")");
  if (!judged) return lacking(set, "write userPassword of a staged entry");
  return {};
}

Result<void> StagingProbe::prepare(Connection& service) {
  if (auto made = make_entry(service, subject_, subject_uid_, subject_password_); !made)
    return made;
  // A second password, so that there is a history to hide; a policy may find that too early.
  Secret second = probe_password();
  if (service.set_password(subject_, second, deadline_).succeeded())
    subject_password_ = std::move(second);
  return {};
}

Result<void> StagingProbe::check_service_account(Connection& service) {
  const Result<DirectoryEntry> entry = parts_.entry_at(service, subject_, deadline_);
  if (!entry && entry.error().code == Errc::unavailable) return fail(entry.error());
  if (!entry)
    return fail(Errc::denied, entry.error().detail +
                                  "; the service account needs the right to read staged entries");
  const auto found = parts_.find(service, entry->entry_uuid, deadline_);
  if (!found) return fail(found.error());
  if (!*found)
    return fail(Errc::denied, "directory: the service account may not search staging by entryUUID");
  return expect_no_hash(service, subject_);
}

Result<void> StagingProbe::expect_no_hash(Connection& service, const std::string& dn) {
  const Answer answer = service.search(
      {.base = dn, .scope = Scope::base, .attributes = {"userPassword", "pwdHistory"}}, deadline_);
  if (!answer.succeeded()) return lacking(answer, "read " + dn);
  for (const FoundEntry& each : answer.entries)
    for (const char* hash : {"userPassword", "pwdHistory"})
      if (each.find(hash) != nullptr)
        return unsafe("the service account reads " + std::string(hash) + " of " + dn +
                      " (is it the rootdn? that one also stands above the password policy)");
  return {};
}

Result<void> StagingProbe::check_staged_bind(Connection& stranger) {
  const Answer answer = stranger.bind(subject_, subject_password_, deadline_);
  const Result<BindAnswer> judged = judge_bind(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  if (judged->verdict == BindAnswer::Verdict::wrong_password) return {};
  return unsafe("an entry in staging can bind: take \"auth\" on userPassword below " +
                parts_.settings().staging_base + " from everybody");
}

Result<void> StagingProbe::check_nobody_sees(Connection& stranger) {
  const Answer answer = stranger.bind_anonymously(deadline_);
  switch (answer.outcome()) {
    case Outcome::success: return expect_hidden(stranger, "anybody");
    // The directory wants a name from everyone: nobody sees anything without.
    case Outcome::wrong_credentials:
    case Outcome::refused: return {};
    case Outcome::no_such_entry:
    case Outcome::already_exists:
    case Outcome::constraint:
    case Outcome::timed_out:
    case Outcome::lost:
    case Outcome::unavailable:
    case Outcome::unexpected: break;
  }
  return fail(answer.error("bind anonymously"));
}

/// The whole way that a registration takes.
Result<void> StagingProbe::check_admission(Connection& service) {
  if (auto made = make_entry(service, witness_, parts_.witness_uid(), witness_password_); !made)
    return made;
  const Result<std::string> rdn = first_rdn(witness_);
  if (!rdn) return fail(rdn.error());
  const Answer moved = service.move(witness_, *rdn, parts_.settings().people_base, deadline_);
  if (!moved.succeeded() && moved.outcome() != Outcome::already_exists)
    return lacking(moved, "move a staged entry to " + parts_.settings().people_base +
                              " (write on the entry and on \"children\" of staging, add on "
                              "\"children\" of the people)");
  if (moved.succeeded()) return {};
  // Left by an earlier proof that may not remove it.
  const Answer set = service.set_password(person_, witness_password_, deadline_);
  if (!set.succeeded()) return lacking(set, "write userPassword of " + person_);
  return {};
}

Result<void> StagingProbe::check_passwords_of_people(Connection& service) {
  // As a forgotten password is set; a policy may find it too early. It leaves a history to hide.
  const Answer set = service.set_password(person_, probe_password(), deadline_);
  if (!judge_new_password(set.code, set.policy, set.diagnostic))
    return lacking(set, "write userPassword of " + person_ +
                            " (for forgotten passwords; and pwdSafeModify must be FALSE)");
  return expect_no_hash(service, person_);
}

Result<void> StagingProbe::check_person_sees_nothing(Connection& stranger) {
  const Answer answer = stranger.bind(person_, witness_password_, deadline_);
  const Result<BindAnswer> judged = judge_bind(answer.code, answer.policy, answer.diagnostic);
  if (!judged) return fail(judged.error());
  switch (judged->verdict) {
    case BindAnswer::Verdict::accepted: return expect_hidden(stranger, "a person who is logged in");
    case BindAnswer::Verdict::must_change:
      return fail(Errc::denied,
                  "directory: the password policy asks for a new password at the first login "
                  "(pwdMustChange): nobody who registers could log in");
    case BindAnswer::Verdict::wrong_password:
    case BindAnswer::Verdict::expired:
    case BindAnswer::Verdict::locked: break;
  }
  return fail(Errc::denied, "directory: " + person_ +
                                " cannot bind with its password: people need \"auth\" on "
                                "userPassword");
}

Result<void> StagingProbe::expect_hidden(Connection& connection, std::string_view viewer) {
  const std::string filter =
      "(|(uid=" + subject_uid_ + ")(mail=" + subject_uid_ + std::string(kProbeDomain) + "))";
  const std::string top =
      common_base(parts_.settings().people_base, parts_.settings().staging_base);
  const Search searches[] = {
      {.base = subject_, .scope = Scope::base},
      {.base = parts_.settings().staging_base, .scope = Scope::subtree, .filter = filter},
      {.base = top, .scope = Scope::subtree, .filter = filter},
  };
  for (const Search& search : searches) {
    if (search.base.empty()) continue;
    const Answer answer = connection.search(search, deadline_);
    if (!answer.entries.empty())
      return unsafe(std::string(viewer) + " sees entries in staging: take every right on " +
                    parts_.settings().staging_base + " from all but the service account");
    if (connection.broken()) return fail(answer.error("look for the probe"));
  }
  return {};
}

Result<void> StagingProbe::clean_up(Connection& service) {
  (void)service.remove(person_, deadline_);  // may be forbidden; see Parts::one_proof
  const Answer witness = service.remove(witness_, deadline_);
  const Answer subject = service.remove(subject_, deadline_);
  for (const Answer* answer : {&witness, &subject})
    if (!answer->succeeded() && answer->outcome() != Outcome::no_such_entry)
      return lacking(*answer, "remove entries from " + parts_.settings().staging_base);
  return {};
}

}  // namespace portal::directory

namespace portal {

Result<void> LdapDirectory::prove_staging_is_safe() {
  const std::lock_guard lock(parts_->one_proof());
  const directory::Deadline deadline = parts_->deadline();
  Result<void> proven = directory::StagingProbe(*parts_, deadline).run();
  if (!proven && proven.error().code == Errc::unavailable) return proven;
  // What was proven holds, whatever becomes of the traces of others.
  (void)with_connection(parts_->service(), deadline, [&](directory::Connection& service) {
    const UtcTime now = SystemClock().now();
    for (const std::string& base :
         {parts_->settings().staging_base, parts_->settings().people_base})
      directory::remove_old_probes(service, base, now);
    return Result<void>();
  });
  return proven;
}

}  // namespace portal
