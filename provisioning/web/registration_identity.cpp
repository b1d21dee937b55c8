// Steps 0 and 1 of the wizard: for whom, and who are you?

#include <algorithm>

#include "web/cookies.hpp"
#include "web/fields.hpp"
#include "web/public_pages.hpp"
#include "web/registration_pages.hpp"
#include "web/registration_steps.hpp"

namespace portal::web {
namespace {

const Audience* find_audience(const Portal& portal, std::string_view id) {
  const auto found = std::ranges::find_if(portal.audiences, [&](const Audience& audience) {
    return audience.may_register && audience.id.text() == id;
  });
  return found == portal.audiences.end() ? nullptr : &*found;
}

/// Requirement R9: what was shown is what is accepted.
bool shown_terms_are_current(const Visit& visit) {
  return visit.form.text("terms_version") == visit.portal.terms.version;
}

std::string identity_path(const Audience& audience) {
  return "/register/identity?audience=" + audience.id.text();
}

Value audience_choice(const Visit& visit) {
  std::vector<Values> list;
  for (const Audience& audience : visit.portal.audiences) {
    if (!audience.may_register) continue;
    // The first has the group's own name as id: the summary of errors leads there.
    const std::string id = list.empty() ? "audience" : "audience-" + audience.id.text();
    list.push_back({{"control", id},
                    {"value", audience.id.text()},
                    {"text", in_language(audience.name, visit.language())}});
  }
  return list;
}

}  // namespace

http::Response RegistrationPages::audience(const Visit& visit, const Problems& problems) const {
  std::string go_on;
  const Result<std::optional<RegistrationView>> open = find(visit);
  if (open && *open && number_of((*open)->step) > 0 && (*open)->step != RegistrationStep::done) {
    go_on = path_of((*open)->step);
  }
  return house_.pages.show(visit, {"register",
                                   "register.title",
                                   "/register",
                                   0,
                                   {{"go_on", optional_text(go_on)},
                                    {"audiences", audience_choice(visit)},
                                    {"group", group("audience", problems)}},
                                   &problems});
}

http::Response RegistrationPages::choose_audience(const Visit& visit) const {
  if (const Audience* chosen = find_audience(visit.portal, visit.form.text("audience"))) {
    return redirect(identity_path(*chosen));
  }
  Problems problems;
  problems.add("audience", visit.words("field.audience.missing"));
  return audience(visit, problems);
}

http::Response RegistrationPages::show_identity(const Visit& visit) const {
  const Audience* chosen = find_audience(visit.portal, visit.query.text("audience"));
  if (!chosen) return redirect("/register");
  return identity(visit, *chosen, {});
}

http::Response RegistrationPages::identity(const Visit& visit, const Audience& chosen,
                                           const Problems& problems) const {
  const Words& words = visit.words;
  const Field ahv{.name = "ahv",
                  .label = "field.ahv",
                  .hint = "field.ahv.hint",
                  .inputmode = "decimal",
                  .value = visit.form.text("ahv"),
                  .longest = 32};
  const Field born{.name = "born",
                   .label = "field.born",
                   .hint = "field.born.hint",
                   .autocomplete = "bday",
                   .inputmode = "decimal",
                   .value = visit.form.text("born"),
                   .longest = 32};
  const Field code{.name = "activation_code",
                   .label = "field.activation_code",
                   .hint = "field.activation_code.hint",
                   .longest = 100};
  const std::string& terms = in_language(visit.portal.terms.text, visit.language());
  return house_.pages.show(
      visit, {"identity",
              "register.identity.title",
              identity_path(chosen),
              1,
              {{"audience", chosen.id.text()},
               {"audience_name", in_language(chosen.name, visit.language())},
               {"ahv", field(words, ahv, problems)},
               {"born", field(words, born, problems)},
               {"activation_code", field(words, code, problems)},
               {"terms", paragraphs(terms)},
               {"terms_version", visit.portal.terms.version},
               {"accepted", visit.form.has("accept_terms") && shown_terms_are_current(visit)},
               {"accept", group("accept_terms", problems)}},
              &problems});
}

http::Response RegistrationPages::identify(const Visit& visit) const {
  const Words& words = visit.words;
  const Audience* chosen = find_audience(visit.portal, visit.form.text("audience"));
  if (!chosen) return redirect("/register");

  // Only the form of what was typed is judged here; it tells nothing about anybody.
  Problems problems;
  const auto ahv = AhvNumber::parse(visit.form.text("ahv"));
  if (!ahv) problems.add("ahv", words("field.ahv.wrong"));
  const auto born = BirthDate::parse(visit.form.text("born"));
  if (!born) problems.add("born", words("field.born.wrong"));
  const auto code = ActivationCode::parse(visit.form.text("activation_code"));
  if (!code) problems.add("activation_code", words("field.activation_code.wrong"));
  if (!shown_terms_are_current(visit)) {
    problems.add("accept_terms", words("field.accept_terms.changed"));
  } else if (visit.form.text("accept_terms") != "yes") {
    problems.add("accept_terms", words("field.accept_terms.missing"));
  }
  if (!problems.empty()) return identity(visit, *chosen, problems);

  auto outcome = house_.neighbours.registrations.identify(
      visit.portal, chosen->id, {*ahv, *born, *code}, visit.language(), visit.source());
  if (!outcome) {
    problems.fault(words, outcome.error(), visit.request.path);
    return identity(visit, *chosen, problems);
  }
  if (const auto* refusal = std::get_if<Refusal>(&*outcome)) {
    problems.refuse(words, *refusal, "");
    return identity(visit, *chosen, problems);
  }
  const Identified& identified = std::get<Identified>(*outcome);
  http::Response response = redirect(path_of(identified.step));
  set_cookie(response, cookies::registration, identified.token.reveal());
  return response;
}

}  // namespace portal::web
