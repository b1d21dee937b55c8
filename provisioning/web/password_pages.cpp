#include "web/password_pages.hpp"

#include <utility>

#include "web/password_fields.hpp"
#include "web/proof_fields.hpp"

namespace portal::web {

using http::Method;

namespace {

constexpr const char* kPath = "/account/password";

/// What is not filled in, or differs; nothing that the domain would have to judge.
Problems missing_in(const Visit& visit) {
  const Words& words = visit.words;
  Problems problems;
  if (!visit.form.has("current")) problems.add("current", words("field.password.missing"));
  const Secret& next = visit.form.secret("password");
  if (next.empty()) {
    problems.add("password", words("field.new_password.missing"));
  } else if (!next.equals(visit.form.secret("password_again"))) {
    problems.add("password_again", words("field.password_again.wrong"));
  }
  return problems;
}

}  // namespace

void PasswordPages::add_routes(http::Router& router, const Gate& gate) {
  gate.add(router, Method::get, kPath, [this](Visit& visit) { return show(visit, {}); });
  gate.add(router, Method::post, kPath, [this](Visit& visit) { return change(visit); });
  gate.add(router, Method::post, std::string(kPath) + "/begin",
           [this](Visit& visit) { return begin(visit); });
}

/// An SMS code of this act is good for no login, and the other way round (requirement S1).
LoginConversation PasswordPages::owner_of(const Visit& visit) {
  LoginConversation who;
  who.account = visit.session->account;
  who.service = "password:" + visit.portal.id.text();
  who.portal = visit.portal.id;
  who.source = visit.source();
  who.language = visit.language();
  return who;
}

http::Response PasswordPages::begin(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  const auto refused = house_.neighbours.password_changes.call_factor(owner_of(visit));
  if (!refused) return house_.pages.failed(visit, refused.error());
  if (!*refused) return redirect(std::string(kPath) + "?sent=1");
  Problems problems;
  problems.refuse(visit.words, **refused, field_of((*refused)->reason));
  return show(visit, problems);
}

http::Response PasswordPages::show(const Visit& visit, const Problems& problems) const {
  if (!visit.session) return house_.pages.outside(visit);
  Result<Values> values = proof_fields(house_, visit, kPath, problems);
  if (!values) return house_.pages.failed(visit, values.error());
  for (auto& [name, value] :
       new_password_fields(visit.words, house_.settings.password_profile, problems))
    values->insert_or_assign(name, std::move(value));
  return house_.pages.show(visit, {"account_password", "my_account.password.title", kPath, 0,
                                   std::move(*values), &problems});
}

http::Response PasswordPages::change(const Visit& visit) const {
  if (!visit.session) return house_.pages.outside(visit);
  Problems problems = missing_in(visit);
  if (!problems.empty()) return show(visit, problems);
  const auto account = house_.own_account.show(visit.session->account, visit.portal.id);
  if (!account) return house_.pages.failed(visit, account.error());

  PasswordConversation conversation;
  conversation.who = owner_of(visit);
  conversation.who.typed_name = account->user_name;
  conversation.current = visit.form.secret("current").clone();
  conversation.keeps = visit.session->id;
  const PasswordStep step = house_.neighbours.password_changes.change_at_once(
      conversation, visit.form.secret("code"), visit.form.secret("password"));
  if (std::holds_alternative<PasswordChanged>(step)) return redirect("/account?changed=password");
  if (const auto* refused = std::get_if<NewPasswordRefused>(&step)) {
    problems.add("password", refused->text);
    if (refused->code_used) problems.add("code", visit.words("field.code.used_up"));
  } else if (const auto* refusal = std::get_if<Refusal>(&step)) {
    problems.refuse(
        visit.words, *refusal, proof_field_of(refusal->reason),
        refusal->reason == RefusalReason::wrong_credentials ? "field.current_password.wrong" : "");
  } else {
    return house_.pages.failed(visit, {Errc::internal, "a change of password asks back"});
  }
  return show(visit, problems);
}

}  // namespace portal::web
