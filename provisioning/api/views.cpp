#include "api/views.hpp"

namespace portal::api {
namespace {

JsonObject view_of(const Membership& membership) {
  JsonObject view;
  view.text("portal", membership.portal.text())
      .text("audience", membership.audience.text())
      .time("since", membership.since);
  return view;
}

}  // namespace

std::string masked(const AhvNumber& ahv) {
  return "756.••••.••••." + ahv.digits().substr(ahv.digits().size() - 2);
}

JsonObject view_of(const Person& person, Identity identity) {
  JsonObject view;
  view.text("id", person.id.text())
      .text("given_name", person.given_name)
      .text("family_name", person.family_name)
      .text("language", code_of(person.language));
  if (!person.ahv || !person.born) {
    view.null("ahv_number").null("birth_date");
  } else if (identity == Identity::revealed) {
    view.text("ahv_number", person.ahv->formatted()).text("birth_date", person.born->iso());
  } else {
    view.text("ahv_number", masked(*person.ahv)).null("birth_date");
  }
  return view;
}

JsonObject view_of(const TermsAcceptance& terms) {
  JsonObject view;
  view.text("portal", terms.portal.text())
      .text("version", terms.version)
      .text("hash", terms.hash)
      .text("language", code_of(terms.language))
      .time("accepted", terms.accepted);
  return view;
}

JsonObject view_of(const Letter& letter) {
  JsonObject view;
  view.text("portal", letter.portal.text())
      .text("audience", letter.audience.text())
      .time("issued", letter.issued)
      .time("expires", letter.expires)
      .time("used", letter.used)
      .time("dead", letter.dead);
  return view;
}

JsonObject view_of(const Registration& registration) {
  JsonObject view;
  view.text("portal", registration.portal.text())
      .text("audience", registration.audience.text())
      .text("step", name_of(registration.step))
      .text_or_null("email", registration.email ? registration.email->text() : "")
      .text_or_null("phone", registration.phone ? registration.phone->e164() : "")
      .object("terms", view_of(registration.terms))
      .time("started", registration.started)
      .time("updated", registration.updated);
  return view;
}

JsonObject view_of(const Account& account) {
  JsonObject view;
  view.text("id", account.id.text())
      .text("email", account.email.text())
      .text("login_name", account.login_name)
      .text("language", code_of(account.language))
      .text("state", name_of(account.state))
      .time("locked", account.locked)
      .time("created", account.created);
  return view;
}

JsonObject view_of(const AccountDetails& details, Identity identity) {
  JsonObject view = view_of(details.account);
  view.text_or_null("entry_uuid", details.account.entry_uuid)
      .text_or_null("dn", details.account.dn)
      .object("person", view_of(details.person, identity));
  std::vector<JsonObject> memberships;
  for (const Membership& membership : details.memberships) {
    memberships.push_back(view_of(membership));
  }
  view.list("memberships", memberships);
  if (!details.factor) return view.null("factor");
  JsonObject factor;
  factor.text("kind", name_of(*details.factor)).text_or_null("hint", details.factor_hint);
  return view.object("factor", factor);
}

JsonObject view_of(const PersonalData& data) {
  JsonObject view;
  return view.object("account", view_of(data.details, Identity::revealed))
      .text_or_null("phone", data.phone)
      .time("factor_since", data.factor_since)
      .number("recovery_codes_left", data.recovery_codes_left)
      .list("terms", views_of(data.terms))
      .list("letters", views_of(data.letters))
      .list("sessions", views_of(data.sessions))
      .list("registrations", views_of(data.registrations))
      .list("records", views_of(data.records));
}

JsonObject view_of(const LeftEntry& left) {
  JsonObject view;
  view.text("dn", left.dn).text("entry_uuid", left.entry_uuid);
  return view;
}

JsonObject view_of(const Session& session) {
  JsonObject view;
  view.text("id", session.id.text())
      .text("kind", name_of(session.kind))
      .text("account", session.account.text())
      .text_or_null("portal", session.portal.text())
      .text("service", session.service)
      .text_or_null("address", session.address)
      .text_or_null("terminal", session.terminal);
  if (session.kind == SessionKind::pam) {
    view.number("process", session.caller);
  } else {
    view.null("process");
  }
  return view.time("started", session.started)
      .time("last_seen", session.last_seen)
      .time("ended", session.ended);
}

JsonObject view_of(const AuditRecord& record) {
  const AuditEvent& event = record.event;
  JsonObject view;
  view.number("number", record.number)
      .time("when", event.when)
      .text("decision", event.decision.text())
      .text("what", event.what)
      .text("outcome", event.outcome)
      .text_or_null("account", event.account)
      .text_or_null("actor", event.actor)
      .text_or_null("address", event.source.address)
      .text_or_null("service", event.source.service)
      .text_or_null("factor", event.factor)
      .text_or_null("reason", event.reason)
      .text_or_null("previous", record.previous)
      .text("hash", record.hash);
  return view;
}

JsonObject view_of(const AuditVerdict& verdict) {
  JsonObject view;
  if (verdict.first_broken == 0) {
    view.null("first_broken");
  } else {
    view.number("first_broken", verdict.first_broken);
  }
  view.number("records", verdict.records).text_or_null("last_hash", verdict.last_hash);
  return view;
}

JsonObject view_of(const Import& import) {
  const auto state = [&] {
    switch (import.state) {
      case ImportState::open: return "open";
      case ImportState::committed: return "committed";
      case ImportState::done: return "done";
      case ImportState::abandoned: return "abandoned";
    }
    return "";
  };
  JsonObject view;
  view.text("id", import.id.text())
      .text("state", state())
      .number("rows", import.rows)
      .number("settled", import.settled)
      .number("added", import.report.added)
      .number("updated", import.report.updated)
      .number("unchanged", import.report.unchanged)
      .number("letters", import.report.letters);
  return view;
}

JsonObject view_of(const IssuedCode& issued) {
  JsonObject view;
  view.text("person", issued.person.text())
      .text("given_name", issued.given_name)
      .text("family_name", issued.family_name)
      .text("portal", issued.portal.text())
      .text("code", issued.code.printed().reveal())
      .time("expires", issued.expires);
  return view;
}

}  // namespace portal::api
