#pragma once

#include <vector>

#include "api/json.hpp"
#include "domain/administration.hpp"
#include "domain/ports/imports.hpp"

namespace portal::api {

// What the domain's things look like as JSON; config/openapi.json describes the same.

/// Whether an answer shows what a letter asks for. The AHV number and the birth date are two of the
/// three things that open a registration: an administrator sees them only when they say so.
enum class Identity { masked, revealed };

JsonObject view_of(const Person& person, Identity identity);
JsonObject view_of(const TermsAcceptance& terms);
JsonObject view_of(const Letter& letter);
JsonObject view_of(const Registration& registration);
JsonObject view_of(const Account& account);
JsonObject view_of(const AccountDetails& details, Identity identity);
JsonObject view_of(const PersonalData& data);
JsonObject view_of(const LeftEntry& left);
JsonObject view_of(const Session& session);
JsonObject view_of(const AuditRecord& record);
JsonObject view_of(const AuditVerdict& verdict);
JsonObject view_of(const Import& import);
/// Holds the code in clear: the only answer that does, and once.
JsonObject view_of(const IssuedCode& issued);

template <class T>
std::vector<JsonObject> views_of(const std::vector<T>& things) {
  std::vector<JsonObject> views;
  views.reserve(things.size());
  for (const T& thing : things) views.push_back(view_of(thing));
  return views;
}

/// "756.••••.••••.85"
std::string masked(const AhvNumber& ahv);

}  // namespace portal::api
