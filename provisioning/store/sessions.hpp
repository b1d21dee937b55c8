#pragma once

#include "domain/ports/sessions.hpp"
#include "store/context.hpp"

namespace portal {

/// Sessions, open and ended lately, and web logins that wait for their code.
class SqlSessions final : public Sessions {
 public:
  explicit SqlSessions(StoreContext context) : context_(context) {}

  Result<void> add(const Session& session) override;
  Result<std::optional<Session>> find_by_token(std::string_view token_index) override;
  Result<void> touch(const SessionId& id, UtcTime now) override;
  Result<bool> end(const SessionId& id, UtcTime now) override;
  Result<bool> throw_out(const SessionId& id, UtcTime now) override;
  Result<int> throw_out_all(const AccountId& account, const SessionId& except, SessionsOf where,
                            UtcTime now) override;
  Result<int> at_hosts(const AccountId& account, UtcTime since) override;
  Result<std::vector<Session>> leaving(std::string_view host, int limit) override;
  Result<void> left(const SessionId& id) override;
  Result<std::vector<Session>> open_on(std::string_view host) override;
  Result<bool> end_pam(const AccountId& account, std::string_view service, std::int64_t caller,
                       UtcTime now) override;
  Result<std::vector<Session>> open(const AccountId& account, int limit) override;
  Result<std::vector<Session>> recent(const AccountId& account, int limit) override;

  Result<void> put_pending(const PendingLogin& pending) override;
  Result<std::optional<PendingLogin>> find_pending(std::string_view token_index) override;
  Result<bool> take_pending(std::string_view token_index) override;

 private:
  StoreContext context_;
};

}  // namespace portal
