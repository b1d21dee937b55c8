#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "domain/ports/directory.hpp"

namespace portal::test {

/// A directory in memory that keeps the contract of the port. Thread-safe.
class FakeDirectory final : public Directory {
 public:
  struct Entry {
    AccountId account;
    std::string email_key;
    std::string dn;
    std::string password;
    bool staged = true;
    std::string uid;  ///< of who can be found by it
    std::string given_name;
    std::string family_name;
    std::optional<Language> language;
  };

  bool available = true;                       ///< else every call fails: unavailable
  bool admits = true;                          ///< else admit fails: unavailable
  std::optional<Errc> admit_fails_with;        ///< for good
  std::optional<PasswordRefusal> policy;       ///< of a new password, set or changed
  std::optional<BindAnswer::Verdict> verdict;  ///< what a right password gives
  EntryStanding standings;                     ///< what `standing` says of those among the people
  std::optional<PasswordLimits> password_limits;
  std::optional<PasswordStorage> storage;
  int binds = 0;
  int changes = 0;  ///< of passwords, by the persons themselves
  /// What happens between a call's arrival ("set_password") and its effect.
  std::function<void(std::string_view call)> meanwhile;

  Result<BindAnswer> bind(std::string_view dn, const Secret& password) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    if (password.empty()) return fail(Errc::internal, "an empty password reached the directory");
    ++binds;
    BindAnswer answer;
    for (const auto& [uuid, entry] : entries_) {
      if (entry.dn != dn || entry.staged || entry.password != password.reveal()) continue;
      answer.verdict = verdict.value_or(BindAnswer::Verdict::accepted);
    }
    return answer;
  }

  Result<BindAnswer> bind_nobody(const Secret&) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    return BindAnswer();
  }

  Result<DirectoryEntry> stage(const StagedPerson& person) override {
    if (const auto happens = meanwhile) happens("stage");
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    for (auto& [uuid, entry] : entries_) {
      if (entry.account != person.account || !entry.staged) continue;
      entry.email_key = person.email.key();
      entry.given_name = person.given_name;
      entry.family_name = person.family_name;
      entry.language = person.language;
      return DirectoryEntry{uuid, entry.dn, true};
    }
    const std::string uuid = "uuid-" + std::to_string(++last_uuid_);
    const std::string uid = person.account.text();
    Entry entry{person.account,
                person.email.key(),
                "uid=" + uid + ",ou=staging",
                "",
                true,
                uid,
                person.given_name,
                person.family_name,
                person.language};
    entries_[uuid] = entry;
    return DirectoryEntry{uuid, entry.dn, true};
  }

  Result<void> set_staged_address(std::string_view entry_uuid, const EmailAddress& email) override {
    if (const auto happens = meanwhile) happens("set_staged_address");
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    const auto found = entries_.find(std::string(entry_uuid));
    if (found == entries_.end()) return fail(Errc::not_found, "no such entry");
    if (found->second.staged) found->second.email_key = email.key();
    return {};
  }

  Result<std::optional<PasswordRefusal>> set_password(std::string_view dn,
                                                      const Secret& password) override {
    if (const auto happens = meanwhile) happens("set_password");
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    if (policy) return policy;
    for (auto& [uuid, entry] : entries_) {
      if (entry.dn == dn) entry.password = password.reveal();
    }
    return std::optional<PasswordRefusal>();
  }

  /// A change that is taken ends a `verdict` of must_change, as in a directory.
  Result<PasswordChange> change_password(std::string_view dn, const Secret& current,
                                         const Secret& next) override {
    using Outcome = PasswordChange::Outcome;
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    if (current.empty()) return PasswordChange{};
    if (next.empty()) return PasswordChange{Outcome::refused, PasswordRefusal::too_short};
    for (auto& [uuid, entry] : entries_) {
      if (entry.dn != dn || entry.staged || entry.password != current.reveal()) continue;
      if (verdict == BindAnswer::Verdict::locked) return PasswordChange{};
      if (verdict == BindAnswer::Verdict::expired) return PasswordChange{Outcome::expired, {}};
      if (policy) return PasswordChange{Outcome::refused, policy};
      entry.password = next.reveal();
      if (verdict == BindAnswer::Verdict::must_change) verdict.reset();
      ++changes;
      return PasswordChange{Outcome::taken, {}};
    }
    return PasswordChange{};
  }

  Result<DirectoryEntry> admit(std::string_view entry_uuid) override {
    if (const auto happens = meanwhile) happens("admit");
    const std::lock_guard lock(mutex_);
    if (!available || !admits) return down();
    if (admit_fails_with) return fail(*admit_fails_with, "the directory will not have it");
    const auto found = entries_.find(std::string(entry_uuid));
    if (found == entries_.end()) return fail(Errc::not_found, "no such entry");
    found->second.staged = false;
    found->second.dn = "uid=" + found->second.account.text() + ",ou=people";
    return DirectoryEntry{found->first, found->second.dn, false};
  }

  Result<std::optional<DirectoryEntry>> locate(std::string_view entry_uuid) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    const auto found = entries_.find(std::string(entry_uuid));
    if (found == entries_.end()) return std::optional<DirectoryEntry>();
    return DirectoryEntry{found->first, found->second.dn, found->second.staged};
  }

  Result<EntryStanding> standing(std::string_view entry_uuid) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    const auto found = entries_.find(std::string(entry_uuid));
    if (found == entries_.end()) return EntryStanding{};
    if (found->second.staged)
      return EntryStanding{.place = EntryStanding::Place::staged, .dn = found->second.dn};
    EntryStanding answer = standings;
    answer.place = EntryStanding::Place::people;
    answer.dn = found->second.dn;
    return answer;
  }

  Result<void> discard(const AccountId& account) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    std::erase_if(entries_, [&](const auto& item) {
      return item.second.account == account && item.second.staged;
    });
    return {};
  }

  Result<bool> has_address(const EmailAddress& email) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    for (const auto& [uuid, entry] : entries_) {
      if (!entry.staged && entry.email_key == email.key()) return true;
    }
    return false;
  }

  Result<std::optional<FoundPerson>> find_person(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    std::optional<FoundPerson> found;
    for (const auto& [uuid, entry] : entries_) {
      if (entry.staged || name.empty() || (entry.uid != name && entry.email_key != name)) continue;
      if (found) return fail(Errc::conflict, "several have this name");
      found = FoundPerson{{uuid, entry.dn, false}, entry.uid,         entry.email_key,
                          entry.given_name,        entry.family_name, entry.language};
    }
    return found;
  }

  Result<std::optional<PasswordLimits>> limits() override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    return password_limits;
  }

  Result<std::optional<PasswordStorage>> password_storage() override {
    const std::lock_guard lock(mutex_);
    if (!available) return down();
    return storage;
  }

  Result<void> prove_staging_is_safe() override { return {}; }

  std::map<std::string, Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  /// An administrator's tool moves or removes an entry behind our back.
  void move(const std::string& uuid, const std::string& dn) {
    const std::lock_guard lock(mutex_);
    entries_.at(uuid).dn = dn;
  }
  void remove(const std::string& uuid) {
    const std::lock_guard lock(mutex_);
    entries_.erase(uuid);
  }
  void add_stranger(const EmailAddress& email) {
    const std::lock_guard lock(mutex_);
    Entry stranger;
    stranger.account = AccountId("stranger");
    stranger.email_key = email.key();
    stranger.dn = "cn=stranger";
    stranger.password = "x";
    stranger.staged = false;
    entries_["stranger"] = stranger;
  }
  /// An entry among the people that was there before the product: gives its entryUUID.
  std::string add_person(const std::string& uid, const EmailAddress& email,
                         const std::string& password) {
    const std::lock_guard lock(mutex_);
    Entry person;
    person.account = AccountId("entry-" + uid);
    person.email_key = email.key();
    person.dn = "uid=" + uid + ",ou=people";
    person.password = password;
    person.staged = false;
    person.uid = uid;
    person.given_name = "Anna";
    person.family_name = "Muster";
    person.language = Language::de;
    entries_["uuid-of-" + uid] = person;
    return "uuid-of-" + uid;
  }

 private:
  static tl::unexpected<Error> down() { return fail(Errc::unavailable, "the directory is down"); }

  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  int last_uuid_ = 0;
};

}  // namespace portal::test
