#include "store/sql/postgresql_url.hpp"

#include <arpa/inet.h>

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/freed.hpp"

namespace portal::sql {
namespace {

using LibpqOptions = std::unique_ptr<PQconninfoOption, Freed<PQconninfoFree>>;
using Options = std::vector<std::pair<std::string, std::string>>;

std::string_view value_of(const Options& options, std::string_view name) {
  const auto found =
      std::ranges::find(options, name, [](const auto& option) { return option.first; });
  return found == options.end() ? std::string_view() : std::string_view(found->second);
}

bool is_loopback(std::string_view address) {
  in_addr parsed{};
  return address == "localhost" || address == "::1" ||
         (address.starts_with("127.") &&
          ::inet_pton(AF_INET, std::string(address).c_str(), &parsed) == 1);
}

/// Each address of a list is on this host: a Unix socket or the loopback interface.
bool are_local(std::string_view list) {
  while (true) {
    const std::string_view one = list.substr(0, list.find(','));
    const bool is_local = one.starts_with('/') || one.starts_with('@') || is_loopback(one);
    if (!is_local) return false;
    if (one.size() == list.size()) return true;
    list.remove_prefix(one.size() + 1);
  }
}

bool environment_lacks(std::initializer_list<const char*> names) {
  return std::ranges::none_of(names, [](const char* name) { return std::getenv(name) != nullptr; });
}

bool stays_on_this_host(const Options& options) {
  // Where it connects to; a host beside it is a name for the certificate alone.
  if (const std::string_view address = value_of(options, "hostaddr"); !address.empty()) {
    return are_local(address);
  }
  // A service, or the environment, could add an address that counts more than the host.
  if (!value_of(options, "service").empty() || !environment_lacks({"PGHOSTADDR", "PGSERVICE"}))
    return false;
  if (const std::string_view host = value_of(options, "host"); !host.empty()) {
    return are_local(host);
  }
  return environment_lacks({"PGHOST"});  // then libpq takes its own Unix socket
}

/// Letters, digits and little else, so that nobody on the way to libpq takes it for a separator.
void append_escaped(std::string& url, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      url.push_back(c);
    } else {
      url.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
}

}  // namespace

bool PostgresqlUrl::is_meant_by(std::string_view text) noexcept {
  return text.starts_with("postgresql:") || text.starts_with("postgres:");
}

Result<PostgresqlUrl> PostgresqlUrl::parse(std::string_view text) {
  const std::string terminated(text);
  char* complaint = nullptr;
  const LibpqOptions parsed(PQconninfoParse(terminated.c_str(), &complaint));
  // libpq's own words repeat what was written.
  PQfreemem(complaint);
  const bool is_url = text.starts_with("postgresql://") || text.starts_with("postgres://");
  if (!parsed || !is_url || text.find('\0') != std::string_view::npos) {
    return fail(Errc::malformed,
                "store: the URL must be postgresql://USER@HOST:PORT/DATABASE?NAME=VALUE&... with "
                "libpq's names");
  }
  Options options;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options.emplace_back(option->keyword, option->val);
  }
  for (const std::string_view secret : {"password", "sslpassword"}) {
    if (value_of(options, secret).empty()) continue;
    return fail(Errc::malformed,
                "store: the URL must not hold a password: put it into a file of "
                "libpq's form and add passfile=FILE");
  }
  if (!stays_on_this_host(options) && value_of(options, "sslmode") != "verify-full") {
    return fail(Errc::denied,
                "store: PostgreSQL on another host must prove who it is: add "
                "sslmode=verify-full&sslrootcert=FILE to the URL, or reach it by a Unix socket or "
                "the loopback interface");
  }
  return PostgresqlUrl(std::move(options));
}

std::string PostgresqlUrl::text_for_libpq(std::chrono::milliseconds patience) const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
  Options all = options_;
  const auto add = [&](const char* name, const std::string& value) {
    if (value_of(options_, name).empty()) all.emplace_back(name, value);
  };
  add("target_session_attrs", "read-write");
  add("connect_timeout", std::to_string(std::max<decltype(seconds)>(seconds, 2)));
  add("tcp_user_timeout", std::to_string(patience.count()));
  add("keepalives_idle", "5");
  add("keepalives_interval", "2");
  add("keepalives_count", "3");
  // Encryption by GSSAPI would come first, and verify nothing of what sslmode demands.
  if (!stays_on_this_host(options_)) add("gssencmode", "disable");
  add("client_encoding", "UTF8");
  add("application_name", "portald");
  std::string url = "postgresql://";
  for (char separator = '?'; const auto& [name, value] : all) {
    url.append(1, separator).append(name).append("=");
    append_escaped(url, value);
    separator = '&';
  }
  return url;
}

}  // namespace portal::sql
