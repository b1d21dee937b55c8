#include "directory/connection.hpp"

#include <poll.h>
#include <strings.h>

#include <algorithm>

#include "directory/handle.hpp"

namespace portal::directory {

namespace {

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace

const std::string* FoundEntry::find(std::string_view name) const {
  for (const auto& [each, value] : values)
    if (same_name(each, name)) return &value;
  return nullptr;
}

std::size_t FoundEntry::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      values.begin(), values.end(), [&](const auto& each) { return same_name(each.first, name); }));
}

void Connection::Close::operator()(::ldap* handle) const noexcept { (void)close_handle(handle); }

Connection::Connection(::ldap* handle) : handle_(handle) {}
Connection::~Connection() = default;

bool Connection::quiet() const {
  int fd = -1;
  if (broken_ || ::ldap_get_option(handle_.get(), LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS || fd < 0)
    return false;
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, 0) == 0;
}

Answer Connection::without_answer(int code) {
  broken_ = true;
  return Answer{code, diagnostic_of(handle_.get()), {}, {}};
}

Answer Connection::answer_to(int sent, int message_id, const Deadline& deadline) {
  if (sent != LDAP_SUCCESS) return without_answer(sent);
  LdapMessage message;
  const int came = await_message(handle_.get(), message_id, deadline, message);
  if (came != LDAP_SUCCESS) return without_answer(came);
  Answer answer;
  read_entries(message.get(), answer);
  read_result(message.get(), answer);
  return answer;
}

void Connection::read_result(::ldapmsg* message, Answer& answer) {
  char* diagnostic = nullptr;
  LDAPControl** controls = nullptr;
  int code = LDAP_OTHER;
  const int parsed = ::ldap_parse_result(handle_.get(), message, &code, nullptr, &diagnostic,
                                         nullptr, &controls, 0);
  const LdapText owned_diagnostic(diagnostic);
  const LdapControls owned_controls(controls);
  answer.code = parsed == LDAP_SUCCESS ? code : LDAP_DECODING_ERROR;
  if (parsed != LDAP_SUCCESS) broken_ = true;
  if (diagnostic != nullptr) answer.diagnostic = diagnostic;
  read_policy(controls, answer);
}

void Connection::read_entries(::ldapmsg* message, Answer& answer) {
  LDAP* handle = handle_.get();
  for (LDAPMessage* entry = ::ldap_first_entry(handle, message); entry != nullptr;
       entry = ::ldap_next_entry(handle, entry)) {
    FoundEntry& found = answer.entries.emplace_back();
    if (const LdapText dn(::ldap_get_dn(handle, entry)); dn) found.dn = dn.get();
    BerElement* cursor = nullptr;
    for (LdapText name(::ldap_first_attribute(handle, entry, &cursor)); name;
         name.reset(::ldap_next_attribute(handle, entry, cursor))) {
      const LdapValues values(::ldap_get_values_len(handle, entry, name.get()));
      for (berval* const* each = values.get(); each != nullptr && *each != nullptr; ++each)
        found.values.emplace_back(name.get(), std::string((*each)->bv_val, (*each)->bv_len));
    }
    if (cursor != nullptr) ::ber_free(cursor, 0);
    found.usability = read_usability(entry);
  }
}

}  // namespace portal::directory
