#include "domain/registration.hpp"

#include <algorithm>
#include <utility>

#include "domain/app_key.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"
#include "domain/registration_act.hpp"
#include "domain/registration_pauses.hpp"

namespace portal {

RegistrationService::RegistrationService(Neighbours neighbours, RegistrationSettings settings)
    : neighbours_(neighbours), settings_(std::move(settings)) {}

Result<std::optional<Registration>> RegistrationService::row_of(const Secret& token) {
  const std::string index = neighbours_.keyring.lasting_index("registration", token.reveal());
  return in_read<std::optional<Registration>>(neighbours_.store, [&](Transaction& transaction) {
    return transaction.registrations().find_by_token(index);
  });
}

Result<std::optional<Registration>> RegistrationService::find(const Secret& token) {
  return row_of(token);
}

Result<std::optional<RegistrationView>> RegistrationService::view(const Secret& token) {
  Result<std::optional<Registration>> found = row_of(token);
  if (!found) return fail(std::move(found).error());
  if (!*found) return std::optional<RegistrationView>();
  const Registration& row = **found;
  const UtcTime now = neighbours_.clock.now();
  RegistrationView view;
  view.step = row.step;
  view.portal = row.portal;
  view.audience = row.audience;
  if (row.email) view.email = row.email->text();
  if (row.phone) view.phone_masked = row.phone->masked();
  if (row.step == RegistrationStep::done) view.user_name = view.email;
  if (row.step == RegistrationStep::mail_code) {
    view.mail_resends_left = mail_resends_left(row, settings_);
    view.resend_in = mail_pause_left(row, settings_, now);
  }
  if (row.step == RegistrationStep::sms_code) view.resend_in = sms_pause_left(row, settings_, now);
  if (row.step == RegistrationStep::app_code) {
    const Portal* portal = neighbours_.portals.find(row.portal);
    const std::string issuer = portal ? in_language(portal->name, row.language) : "";
    view.app_key = app_key_text(row.seed);
    view.app_uri = app_key_uri(row.seed, issuer, view.email);
  }
  return view;
}

RegistrationService::Outcome<> RegistrationService::act(
    std::string_view what, const Secret& token, std::initializer_list<RegistrationStep> due,
    const Source& source, FunctionRef<Outcome<>(RegistrationAct&)> work) {
  using Ended = std::variant<RegistrationStep, Refusal>;
  const std::string index = neighbours_.keyring.lasting_index("registration", token.reveal());
  Outcome<> outcome =
      in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Outcome<> {
        Result<std::optional<Registration>> row = transaction.registrations().find_by_token(index);
        if (!row) return fail(std::move(row).error());
        if (!*row) return Refusal{RefusalReason::start_again, DecisionId::random()};
        if (std::ranges::find(due, (*row)->step) == due.end()) return (*row)->step;
        RegistrationAct act(transaction, std::move(**row), what, source, neighbours_.clock.now());
        return work(act);
      });
  if (outcome || outcome.error().code != Errc::conflict) return outcome;
  // Another request of the same person was first: where it led is where this one leads.
  const Result<std::optional<Registration>> row = row_of(token);
  if (!row || !*row) return outcome;
  return (*row)->step;
}

}  // namespace portal
