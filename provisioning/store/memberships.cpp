#include "store/accounts.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::string_view kAddMembership =
    "insert into memberships (account, portal, audience, since)"
    " values (:account, :portal, :audience, :since) on conflict do nothing";
constexpr std::string_view kMemberships =
    "select account, portal, audience, since from memberships where account = :account"
    " order by since, portal";
constexpr std::string_view kAcceptTerms =
    "insert into terms_acceptances (account, portal, version, hash, language, accepted)"
    " values (:account, :portal, :version, :hash, :language, :accepted)";
constexpr std::string_view kAcceptedTerms =
    "select portal, version, hash, language, accepted from terms_acceptances"
    " where account = :account and portal = :portal order by accepted desc limit 1";
constexpr std::string_view kTermsOf =
    "select portal, version, hash, language, accepted from terms_acceptances"
    " where account = :account order by accepted, portal";

Result<Membership> read_membership(Row& row) {
  Membership membership;
  membership.account = AccountId(std::string(row.text()));
  membership.portal = PortalId(std::string(row.text()));
  membership.audience = AudienceId(std::string(row.text()));
  membership.since = row.time();
  return membership;
}

Result<TermsAcceptance> read_terms(Row& row) {
  TermsAcceptance terms;
  terms.portal = PortalId(std::string(row.text()));
  terms.version = row.text();
  terms.hash = row.text();
  const std::optional<Language> language = parse_language(row.text());
  if (!language) return damaged("terms_acceptances");
  terms.language = *language;
  terms.accepted = row.time();
  return terms;
}

}  // namespace

Result<void> SqlAccounts::add_membership(const Membership& membership) {
  return sql::run(context_.connection, kAddMembership,
                  {{"account", membership.account.text()},
                   {"portal", membership.portal.text()},
                   {"audience", membership.audience.text()},
                   {"since", membership.since}});
}

Result<std::vector<Membership>> SqlAccounts::memberships(const AccountId& id) {
  return sql::find_all<Membership>(context_.connection, kMemberships, {{"account", id.text()}},
                                   read_membership);
}

Result<void> SqlAccounts::accept_terms(const AccountId& id, const TermsAcceptance& terms) {
  return sql::run(context_.connection, kAcceptTerms,
                  {{"account", id.text()},
                   {"portal", terms.portal.text()},
                   {"version", terms.version},
                   {"hash", terms.hash},
                   {"language", code_of(terms.language)},
                   {"accepted", terms.accepted}});
}

Result<std::optional<TermsAcceptance>> SqlAccounts::accepted_terms(const AccountId& id,
                                                                   const PortalId& portal) {
  return sql::find_one<TermsAcceptance>(context_.connection, kAcceptedTerms,
                                        {{"account", id.text()}, {"portal", portal.text()}},
                                        read_terms);
}

Result<std::vector<TermsAcceptance>> SqlAccounts::terms_of(const AccountId& id) {
  return sql::find_all<TermsAcceptance>(context_.connection, kTermsOf, {{"account", id.text()}},
                                        read_terms);
}

}  // namespace portal
