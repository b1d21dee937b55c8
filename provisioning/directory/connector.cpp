#include "directory/connector.hpp"

#include <ldap.h>
#include <openldap.h>

#include "directory/handle.hpp"
#include "directory/result_code.hpp"
#include "directory/socket.hpp"
#include "directory/transport.hpp"

namespace portal::directory {
namespace {

/// No answer of a directory that we ask for one or two entries is larger.
constexpr ber_len_t kLargestAnswer = 1UL << 20;  // 1 MiB

bool set_number(LDAP* handle, int option, int value) {
  return ::ldap_set_option(handle, option, &value) == LDAP_OPT_SUCCESS;
}

/// libldap reads /etc/ldap/ldap.conf, ~/.ldaprc, ./ldaprc and LDAP* variables when it is first
/// used; a handle starts with what they said. All that matters here is set again.
bool forget_host_defaults(LDAP* handle) {
  timeval forever{-1, 0};  // each wait names its own time
  return set_number(handle, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) &&
         ::ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
         ::ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_OPT_SUCCESS &&
         set_number(handle, LDAP_OPT_DEREF, LDAP_DEREF_NEVER) &&
         set_number(handle, LDAP_OPT_SIZELIMIT, LDAP_NO_LIMIT) &&
         set_number(handle, LDAP_OPT_TIMELIMIT, LDAP_NO_LIMIT) &&
         ::ldap_set_option(handle, LDAP_OPT_TIMEOUT, &forever) == LDAP_OPT_SUCCESS;
}

/// The name must be in the certificate's subjectAltName (RFC 9525), the chain must end at our CA.
bool set_tls(LDAP* handle, const std::filesystem::path& ca_file) {
  return ::ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file.c_str()) ==
             LDAP_OPT_SUCCESS &&
         ::ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTDIR, nullptr) == LDAP_OPT_SUCCESS &&
         set_number(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND) &&
         set_number(handle, LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_DEMAND) &&
         set_number(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2) &&
         set_number(handle, LDAP_OPT_X_TLS_NEWCTX, 0);
}

int ask_for_tls(LDAP* handle, const Deadline& deadline) {
  int id = 0;
  if (const int sent = ::ldap_start_tls(handle, nullptr, nullptr, &id); sent != LDAP_SUCCESS)
    return sent;
  LdapMessage message;
  if (const int came = await_message(handle, id, deadline, message); came != LDAP_SUCCESS)
    return came;
  int code = LDAP_OTHER;
  const int parsed =
      ::ldap_parse_result(handle, message.get(), &code, nullptr, nullptr, nullptr, nullptr, 0);
  return parsed == LDAP_SUCCESS ? code : parsed;
}

int protect(LDAP* handle, const Endpoint& endpoint, const Deadline& deadline) {
  if (endpoint.protection == Protection::local_socket) return LDAP_SUCCESS;
  if (endpoint.protection == Protection::start_tls) {
    if (const int code = ask_for_tls(handle, deadline); code != LDAP_SUCCESS) return code;
  }
  if (const int code = ::ldap_install_tls(handle); code != LDAP_SUCCESS) return code;
  return ::ldap_tls_inplace(handle) == 1 ? LDAP_SUCCESS : LDAP_CONNECT_ERROR;
}

/// Our transport under the handle, and a bound on what it takes in.
Transport* attach_transport(LDAP* handle, const Deadline& deadline) {
  Sockbuf* buffer = nullptr;
  ber_len_t largest = kLargestAnswer;
  if (::ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS ||
      ::ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &largest) <= 0)
    return nullptr;
  return Transport::attach(buffer, deadline);
}

tl::unexpected<Error> failed(const Endpoint& endpoint, int code, std::string_view diagnostic) {
  Error error = error_of(code, "connect to " + endpoint.uri, diagnostic);
  error.code = Errc::unavailable;
  return fail(std::move(error));
}

}  // namespace

Connector::Connector(Endpoint endpoint, std::filesystem::path ca_file)
    : endpoint_(std::move(endpoint)),
      ca_file_(std::move(ca_file)),
      lookup_(endpoint_.host, endpoint_.port) {}

Result<std::unique_ptr<Connection>> Connector::connect(const Deadline& deadline) {
  Result<FileDescriptor> socket = connect_socket(endpoint_, lookup_, deadline);
  if (!socket) return fail(std::move(socket).error());
  LDAP* raw = nullptr;
  // LDAP_PROTO_EXT: the transport is ours.
  const int made = ::ldap_init_fd(socket->get(), LDAP_PROTO_EXT, endpoint_.uri.c_str(), &raw);
  if (made != LDAP_SUCCESS) return failed(endpoint_, made, "");
  LdapHandle handle(raw);
  Transport* transport = attach_transport(raw, deadline);
  if (transport == nullptr) return failed(endpoint_, LDAP_LOCAL_ERROR, "no transport");
  (void)socket->release();  // the transport closes it

  const bool local = endpoint_.protection == Protection::local_socket;
  const bool ready = forget_host_defaults(raw) && (local || set_tls(raw, ca_file_));
  if (!ready) return failed(endpoint_, LDAP_LOCAL_ERROR, "options or CA file not accepted");
  if (const int code = protect(raw, endpoint_, deadline); code != LDAP_SUCCESS)
    return failed(endpoint_, code, diagnostic_of(raw));
  transport->stop_waiting();
  return std::make_unique<Connection>(handle.release());
}

}  // namespace portal::directory
