// Finds the entry of somebody who was there before the product.
#include <strings.h>

#include "directory/escaping.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/parts.hpp"

namespace portal {

using directory::Answer;
using directory::Connection;
using directory::Deadline;
using directory::FoundEntry;
using directory::Outcome;
using directory::Search;

namespace {

std::string text_of(const FoundEntry& entry, std::string_view name) {
  const std::string* value = entry.find(name);
  return value != nullptr ? *value : std::string();
}

/// Of several addresses the one that was asked for, in the entry's own spelling.
std::string mail_of(const FoundEntry& entry, const std::string& asked) {
  for (const auto& [name, value] : entry.values)
    if (::strcasecmp(name.c_str(), "mail") == 0 && ::strcasecmp(value.c_str(), asked.c_str()) == 0)
      return value;
  return text_of(entry, "mail");
}

}  // namespace

Result<std::optional<FoundPerson>> LdapDirectory::find_person(std::string_view name) {
  const Result<std::string> value = directory::escaped_for_filter(name);
  if (!value) return std::nullopt;  // empty, or longer than any name
  const Deadline deadline = parts_->deadline();
  const Search search{
      .base = parts_->settings().people_base,
      .scope = directory::Scope::subtree,
      .filter = "(|(uid=" + *value + ")(mail=" + *value + "))",
      .attributes = {"entryUUID", "uid", "mail", "givenName", "sn", "preferredLanguage"}};
  using Found = Result<std::optional<FoundPerson>>;
  return with_connection(parts_->service(), deadline, [&](Connection& connection) -> Found {
    const Answer answer = connection.search(search, deadline);
    if (answer.entries.size() > 1)  // also when there are more than we asked for
      return fail(Errc::conflict, "directory: several people have this uid or mail");
    if (!answer.succeeded()) return fail(answer.error("find a person by name"));
    if (answer.entries.empty()) return std::nullopt;
    const FoundEntry& found = answer.entries.front();
    Result<DirectoryEntry> entry = parts_->read_entry(found);
    if (!entry) return fail(std::move(entry).error());
    return FoundPerson{std::move(*entry),
                       text_of(found, "uid"),
                       mail_of(found, std::string(name)),
                       text_of(found, "givenName"),
                       text_of(found, "sn"),
                       parse_language(text_of(found, "preferredLanguage"))};
  });
}

}  // namespace portal
