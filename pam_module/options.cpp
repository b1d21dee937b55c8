#include "options.hpp"

#include <security/pam_ext.h>
#include <sys/un.h>
#include <syslog.h>

#include <string_view>

namespace portal::pam {

namespace {

constexpr std::size_t kPathLimit = sizeof(sockaddr_un::sun_path);

bool parse_path(const char* text, const char*& path) {
  const std::string_view typed = text;
  if (typed.empty() || typed.front() != '/' || typed.size() >= kPathLimit) return false;
  path = text;
  return true;
}

/// Decimal digits alone; never a name, which would have to be looked up through NSS.
bool parse_uid(std::string_view text, uid_t& uid) {
  constexpr std::size_t kMostDigits = 10;
  constexpr unsigned long long kNobody = 0xffffffff;  // (uid_t)-1 stands for "none"
  if (text.empty() || text.size() > kMostDigits) return false;
  unsigned long long value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return false;
    value = value * 10 + static_cast<unsigned long long>(digit - '0');
  }
  if (value >= kNobody) return false;
  uid = static_cast<uid_t>(value);
  return true;
}

bool use_first_pass(wire::FirstPass wanted, Options& options) {
  if (options.first_pass != wire::FirstPass::ask && options.first_pass != wanted) return false;
  options.first_pass = wanted;
  return true;
}

/// A password is not asked for, or it is the first pass: both cannot be meant.
bool is_consistent(const Options& options) {
  return options.proof == wire::Proof::password_and_factor ||
         options.first_pass == wire::FirstPass::ask;
}

bool parse_option(const char* argument, Options& options) {
  constexpr std::string_view kSocket = "socket=";
  constexpr std::string_view kServerUid = "server_uid=";
  const std::string_view text = argument;
  if (text.starts_with(kSocket)) return parse_path(argument + kSocket.size(), options.socket);
  if (text.starts_with(kServerUid))
    return parse_uid(argument + kServerUid.size(), options.server_uid);
  if (text == "use_first_pass") return use_first_pass(wire::FirstPass::insist, options);
  if (text == "try_first_pass") return use_first_pass(wire::FirstPass::attempt, options);
  if (text != "second_factor_only") return false;
  options.proof = wire::Proof::factor_alone;
  return true;
}

}  // namespace

bool parse_options(pam_handle_t* handle, int count, const char** arguments, Options& options) {
  for (int i = 0; i < count; ++i) {
    if (parse_option(arguments[i], options) && is_consistent(options)) continue;
    pam_syslog(handle, LOG_ERR, "refusing: unknown, malformed or contradictory option \"%.100s\"",
               arguments[i]);
    return false;
  }
  return true;
}

}  // namespace portal::pam
