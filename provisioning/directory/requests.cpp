// The requests that a Connection can make: libldap's calling conventions, and nothing else.
#include <array>

#include "directory/connection.hpp"
#include "directory/handle.hpp"

namespace portal::directory {
namespace {

/// libldap takes pointers to non-const and writes to none of them; it copies them into a buffer of
/// its own, which it does not wipe.
berval view_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

/// Attributes in the form that libldap wants, pointing into `attributes`.
class Changes {
 public:
  Changes(const Attributes& attributes, int operation, bool keep_empty) {
    storage_.reserve(attributes.size());
    for (const auto& [name, values] : attributes) {
      if (values.empty() && !keep_empty) continue;
      One& one = storage_.emplace_back();
      for (const std::string& value : values) one.values.push_back(view_of(value));
      for (berval& value : one.values) one.pointers.push_back(&value);
      one.pointers.push_back(nullptr);
      one.change.mod_op = operation | LDAP_MOD_BVALUES;
      one.change.mod_type = const_cast<char*>(name.c_str());
      one.change.mod_vals.modv_bvals = values.empty() ? nullptr : one.pointers.data();
    }
    for (One& one : storage_) list_.push_back(&one.change);
    list_.push_back(nullptr);
  }
  LDAPMod** get() { return list_.data(); }

 private:
  struct One {
    LDAPMod change{};
    std::vector<berval> values;
    std::vector<berval*> pointers;
  };
  std::vector<One> storage_;
  std::vector<LDAPMod*> list_;
};

/// The request for the policy's answer; it has no value, and servers without a policy ignore it.
LdapControl policy_request(LDAP* handle) {
  LDAPControl* control = nullptr;
  (void)::ldap_create_passwordpolicy_control(handle, &control);
  return LdapControl(control);
}

PolicyAnswer::Fault fault_of(LDAPPasswordPolicyError error) {
  using Fault = PolicyAnswer::Fault;
  switch (error) {
    case PP_passwordExpired: return Fault::expired;
    case PP_accountLocked: return Fault::locked;
    case PP_changeAfterReset: return Fault::change_after_reset;
    case PP_passwordModNotAllowed: return Fault::modification_not_allowed;
    case PP_mustSupplyOldPassword: return Fault::old_password_wanted;
    case PP_insufficientPasswordQuality: return Fault::too_weak;
    case PP_passwordTooShort: return Fault::too_short;
    case PP_passwordTooYoung: return Fault::too_young;
    case PP_passwordInHistory: return Fault::in_history;
    case PP_passwordTooLong: return Fault::too_long;
    case PP_noError: return Fault::none;
  }
  return Fault::locked;  // a fault that we do not know is a fault
}

}  // namespace

void Connection::read_policy(::ldapcontrol** controls, Answer& answer) {
  LDAPControl* control =
      ::ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, nullptr);
  if (control == nullptr) return;
  ber_int_t expires_in = -1;
  ber_int_t grace = -1;
  LDAPPasswordPolicyError error = PP_noError;
  if (::ldap_parse_passwordpolicy_control(handle_.get(), control, &expires_in, &grace, &error) !=
      LDAP_SUCCESS) {
    answer.code = LDAP_DECODING_ERROR;  // it said something, and a success may not be one
    return;
  }
  answer.policy.fault = fault_of(error);
  if (expires_in >= 0) answer.policy.seconds_before_expiration = expires_in;
  if (grace >= 0) answer.policy.grace_logins_left = grace;
}

std::optional<Usability> Connection::read_usability(::ldapmsg* entry) {
  LDAPControl** controls = nullptr;
  if (::ldap_get_entry_controls(handle_.get(), entry, &controls) != LDAP_SUCCESS)
    return std::nullopt;
  const LdapControls owned(controls);
  LDAPControl* control = ::ldap_control_find(LDAP_CONTROL_X_ACCOUNT_USABILITY, controls, nullptr);
  if (control == nullptr) return std::nullopt;
  int available = 0;
  LDAPAccountUsability told{};
  Usability usability;  // an answer that cannot be read is no good one
  if (::ldap_parse_accountusability_control(handle_.get(), control, &available, &told) !=
      LDAP_SUCCESS)
    return usability;
  usability.available = available != 0;
  if (!usability.available) {
    usability.inactive = told.more_info.inactive != 0;
  } else if (told.seconds_remaining >= 0) {
    usability.expires_in = std::chrono::seconds(told.seconds_remaining);
  }
  return usability;
}

Answer Connection::bind(const std::string& dn, const Secret& password, const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  if (dn.empty() || password.empty()) return Answer{LDAP_INVALID_CREDENTIALS, "not sent", {}, {}};
  const LdapControl policy = policy_request(handle_.get());
  std::array<LDAPControl*, 2> controls = {policy.get(), nullptr};
  berval credentials = view_of(password.reveal());
  int id = 0;
  const int sent = ::ldap_sasl_bind(handle_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials,
                                    controls.data(), nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::bind_anonymously(const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  berval none = view_of("");
  int id = 0;
  const int sent =
      ::ldap_sasl_bind(handle_.get(), "", LDAP_SASL_SIMPLE, &none, nullptr, nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::search(const Search& search, const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  std::vector<char*> attributes;
  for (const std::string& name : search.attributes)
    attributes.push_back(const_cast<char*>(name.c_str()));
  attributes.push_back(nullptr);
  const int scope = search.scope == Scope::base ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE;
  LDAPControl* usability = nullptr;
  if (search.usability) (void)::ldap_create_accountusability_control(handle_.get(), &usability);
  const LdapControl owned(usability);
  std::array<LDAPControl*, 2> controls = {usability, nullptr};
  timeval time = to_timeval(deadline.left() + std::chrono::seconds(1));  // for the server; not 0
  int id = 0;
  const int sent = ::ldap_search_ext(handle_.get(), search.base.c_str(), scope,
                                     search.filter.c_str(), attributes.data(), 0, controls.data(),
                                     nullptr, &time, search.size_limit, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::add(const std::string& dn, const Attributes& attributes,
                       const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  Changes changes(attributes, LDAP_MOD_ADD, false);
  int id = 0;
  const int sent = ::ldap_add_ext(handle_.get(), dn.c_str(), changes.get(), nullptr, nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::replace(const std::string& dn, const Attributes& attributes,
                           const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  Changes changes(attributes, LDAP_MOD_REPLACE, true);
  int id = 0;
  const int sent =
      ::ldap_modify_ext(handle_.get(), dn.c_str(), changes.get(), nullptr, nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::move(const std::string& dn, const std::string& rdn,
                        const std::string& new_parent, const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  const int delete_old_rdn = 0;
  int id = 0;
  const int sent = ::ldap_rename(handle_.get(), dn.c_str(), rdn.c_str(), new_parent.c_str(),
                                 delete_old_rdn, nullptr, nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::remove(const std::string& dn, const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  int id = 0;
  const int sent = ::ldap_delete_ext(handle_.get(), dn.c_str(), nullptr, nullptr, &id);
  return answer_to(sent, id, deadline);
}

Answer Connection::set_password(const std::string& dn, const Secret& password,
                                const Deadline& deadline) {
  return modify_password(dn, nullptr, password, deadline);
}

Answer Connection::change_password(const std::string& dn, const Secret& current, const Secret& next,
                                   const Deadline& deadline) {
  return modify_password(dn, &current, next, deadline);
}

Answer Connection::modify_password(const std::string& dn, const Secret* current, const Secret& next,
                                   const Deadline& deadline) {
  if (broken_) return without_answer(LDAP_SERVER_DOWN);
  if (next.empty() || (current != nullptr && current->empty()))
    return Answer{LDAP_CONSTRAINT_VIOLATION, "not sent", {}, {}};
  const LdapControl policy = policy_request(handle_.get());
  std::array<LDAPControl*, 2> controls = {policy.get(), nullptr};
  berval user = view_of(dn);
  berval old_password = view_of(current != nullptr ? current->reveal() : std::string_view());
  berval new_password = view_of(next.reveal());
  int id = 0;
  const int sent = ::ldap_passwd(handle_.get(), &user, current != nullptr ? &old_password : nullptr,
                                 &new_password, controls.data(), nullptr, &id);
  return answer_to(sent, id, deadline);
}

}  // namespace portal::directory
