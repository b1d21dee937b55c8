// Where a reset stands, and what all its steps share.

#include "domain/password_reset.hpp"

#include <algorithm>
#include <utility>

#include "domain/ports/store.hpp"
#include "domain/registration_pauses.hpp"
#include "domain/reset_act.hpp"

namespace portal {

PasswordResetService::PasswordResetService(Neighbours neighbours, LoginSettings login,
                                           ResetSettings settings)
    : neighbours_(neighbours),
      settings_(settings),
      factors_(neighbours.totp, neighbours.portals, std::move(login)) {}

Result<std::optional<PasswordReset>> PasswordResetService::row_of(const Secret& token) {
  const std::string index = neighbours_.keyring.lasting_index("reset", token.reveal());
  return in_read<std::optional<PasswordReset>>(
      neighbours_.store, [&](Transaction& transaction) -> Result<std::optional<PasswordReset>> {
        auto row = transaction.password_resets().find_by_token(index);
        if (!row || !*row) return row;
        const bool over = neighbours_.clock.now() >= (*row)->expires;
        if (over && (*row)->step != ResetStep::done) (*row)->step = ResetStep::abandoned;
        return row;
      });
}

Result<std::optional<PasswordResetService::Holder>> PasswordResetService::holder_of(
    Transaction& transaction, const AccountId& id) {
  if (id.empty()) return std::optional<Holder>();
  Result<Account> account = transaction.accounts().get(id);
  if (!account) return fail(std::move(account).error());
  auto factor = transaction.accounts().factor_of(id);
  if (!factor) return fail(std::move(factor).error());
  const bool usable = account->state == AccountState::active && !account->locked && *factor;
  if (!usable) return std::optional<Holder>();
  return Holder{std::move(*account), std::move(*factor)};
}

/// An SMS code of this act is good for no login, and the other way round (requirement S1).
FactorClaim PasswordResetService::claim_of(const PasswordReset& row, const Source& source) {
  return {row.account,       "reset:" + row.portal.text(), row.portal, source, row.language,
          row.account.text()};
}

Result<std::optional<ResetView>> PasswordResetService::view(const Secret& token) {
  const Result<std::optional<PasswordReset>> found = row_of(token);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<ResetView>();
  const PasswordReset& row = **found;
  ResetView view;
  view.step = row.step;
  view.portal = row.portal;
  if (row.email) view.email = row.email->text();
  view.mail_resends_left = std::max(0, settings_.mail_resends + 1 - row.mail_sends);
  view.resend_in = growing_pause_left(row.mail_sends, row.mail_sent, settings_.mail_pause,
                                      neighbours_.clock.now());
  view.sms_sent = row.sms_sent.has_value();
  if (row.step != ResetStep::factor) return view;
  const auto factor = in_read<std::optional<Factor>>(
      neighbours_.store,
      [&](Transaction& transaction) { return transaction.accounts().factor_of(row.account); });
  if (!factor) return fail(factor.error());
  if (*factor) view.factor = (*factor)->kind;
  if (*factor && (*factor)->phone) view.phone_masked = (*factor)->phone->masked();
  return view;
}

PasswordResetService::Outcome<> PasswordResetService::act(std::string_view what,
                                                          const Secret& token, ResetStep due,
                                                          const Source& source,
                                                          FunctionRef<Outcome<>(ResetAct&)> work) {
  using Ended = std::variant<ResetStep, Refusal>;
  const std::string index = neighbours_.keyring.lasting_index("reset", token.reveal());
  const UtcTime now = neighbours_.clock.now();
  Outcome<> outcome =
      in_write<Ended>(neighbours_.store, what, [&](Transaction& transaction) -> Outcome<> {
        auto row = transaction.password_resets().find_by_token(index);
        if (!row) return fail(std::move(row).error());
        const bool over = !*row || (now >= (*row)->expires && (*row)->step != ResetStep::done);
        if (over) return Refusal{RefusalReason::start_again, DecisionId::random()};
        if ((*row)->step != due) return (*row)->step;
        ResetAct act(transaction, std::move(**row), what, source, now);
        return work(act);
      });
  if (outcome || outcome.error().code != Errc::conflict) return outcome;
  // Another request of the same person was first: where it led is where this one leads.
  const Result<std::optional<PasswordReset>> row = row_of(token);
  if (!row || !*row) return outcome;
  return (*row)->step;
}

}  // namespace portal
