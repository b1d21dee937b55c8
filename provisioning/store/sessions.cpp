#include "store/sessions.hpp"

#include "domain/names.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;
using sql::Text;

constexpr std::string_view kAdd =
    "insert into sessions (id, kind, account, portal, service, address, terminal, caller, host,"
    " boot, token_index, factor, started, last_seen, ended, leaving) values (:id, :kind, :account, "
    ":portal,"
    " :service, :address, :terminal, :caller, :host, :boot, :token_index, :factor, :started, "
    ":last_seen,"
    " :ended, :leaving)";
constexpr Text kSession =
    "select id, kind, account, portal, service, address, terminal, caller, host, boot, token_index,"
    " factor, started, last_seen, ended, leaving from sessions";
constexpr Text kByToken = kSession + " where token_index = :token_index and ended is null";
constexpr Text kOpen = kSession + " where ended is null order by started desc, id limit :limit";
constexpr Text kOpenOf =
    kSession + " where account = :account and ended is null order by started desc, id limit :limit";
constexpr Text kRecent =
    kSession + " where account = :account order by started desc, id limit :limit";
constexpr std::string_view kTouch =
    "update sessions set last_seen = :now where id = :id and ended is null";
constexpr std::string_view kEnd =
    "update sessions set ended = :now where id = :id and ended is null";
constexpr std::string_view kThrowOut =
    "update sessions set ended = :now, leaving = case when kind = 'pam' then cast(:since as "
    "bigint) end"
    " where id = :id and ended is null";
constexpr std::string_view kThrowOutAll =
    "update sessions set ended = :now, leaving = case when kind = 'pam' then cast(:since as "
    "bigint) end"
    " where account = :account and id <> :kept and ended is null"
    " and (kind = 'web' or :everywhere = 1)";
constexpr Text kLeaving = kSession +
                          " where host = :host and leaving is not null"
                          " order by leaving, id limit :limit";
constexpr std::string_view kAtHosts =
    "select count(*) from sessions where account = :account and kind = 'pam'"
    " and (ended is null or leaving > :since)";
constexpr std::string_view kLeft = "update sessions set leaving = null where id = :id";
constexpr Text kOpenOn = kSession + " where ended is null and kind = 'pam' and host = :host";
constexpr std::string_view kEndPam =
    "update sessions set ended = :now where id = (select id from sessions"
    " where account = :account and kind = 'pam' and service = :service and caller = :caller"
    " and ended is null order by started desc, id limit 1)";

constexpr std::string_view kPutPending =
    "insert into pending_logins (token_index, account, portal, joining, expires)"
    " values (:token_index, :account, :portal, :joining, :expires)"
    " on conflict (token_index) do update set account = excluded.account,"
    " portal = excluded.portal, joining = excluded.joining, expires = excluded.expires";
constexpr std::string_view kFindPending =
    "select token_index, account, portal, joining, expires from pending_logins"
    " where token_index = :token_index";
constexpr std::string_view kEndPending = "delete from pending_logins where account = :account";
constexpr std::string_view kTakePending =
    "delete from pending_logins where token_index = :token_index";

Result<Session> read_session(Row& row) {
  Session session;
  session.id = SessionId(std::string(row.text()));
  const std::optional<SessionKind> kind = parse_session_kind(row.text());
  if (!kind) return damaged("sessions/" + session.id.text());
  session.kind = *kind;
  session.account = AccountId(std::string(row.text()));
  session.portal = PortalId(std::string(row.text()));
  session.service = row.text();
  session.address = row.text();
  session.terminal = row.text();
  session.caller = row.integer();
  session.host = row.text();
  session.boot = row.text();
  session.token_index = row.text();
  session.factor = row.text();
  session.started = row.time();
  session.last_seen = row.time();
  session.ended = row.optional_time();
  session.leaving = row.optional_time();
  return session;
}

Result<PendingLogin> read_pending(Row& row) {
  PendingLogin pending;
  pending.token_index = row.text();
  pending.account = AccountId(std::string(row.text()));
  pending.portal = PortalId(std::string(row.text()));
  pending.joining = RegistrationId(std::string(row.text()));
  pending.expires = row.time();
  return pending;
}

}  // namespace

Result<void> SqlSessions::add(const Session& session) {
  return sql::run(context_.connection, kAdd,
                  {{"id", session.id.text()},
                   {"kind", name_of(session.kind)},
                   {"account", session.account.text()},
                   {"portal", session.portal.text()},
                   {"service", session.service},
                   {"address", session.address},
                   {"terminal", session.terminal},
                   {"caller", session.caller},
                   {"host", session.host},
                   {"boot", session.boot},
                   {"token_index", sql::Value::text_or_null(session.token_index)},
                   {"factor", session.factor},
                   {"started", session.started},
                   {"last_seen", session.last_seen},
                   {"ended", session.ended},
                   {"leaving", session.leaving}});
}

Result<std::optional<Session>> SqlSessions::find_by_token(std::string_view token_index) {
  return sql::find_one<Session>(context_.connection, kByToken, {{"token_index", token_index}},
                                read_session);
}

Result<void> SqlSessions::touch(const SessionId& id, UtcTime now) {
  return sql::run(context_.connection, kTouch, {{"now", now}, {"id", id.text()}});
}

Result<bool> SqlSessions::end(const SessionId& id, UtcTime now) {
  return sql::changes(context_.connection, kEnd, {{"now", now}, {"id", id.text()}});
}

Result<bool> SqlSessions::throw_out(const SessionId& id, UtcTime now) {
  return sql::changes(context_.connection, kThrowOut,
                      {{"now", now}, {"since", now}, {"id", id.text()}});
}

Result<int> SqlSessions::throw_out_all(const AccountId& account, const SessionId& except,
                                       SessionsOf where, UtcTime now) {
  auto pending = sql::run(context_.connection, kEndPending, {{"account", account.text()}});
  if (!pending) return fail(std::move(pending).error());
  const Result<std::int64_t> ended = context_.connection.execute(
      kThrowOutAll, {{"now", now},
                     {"since", now},
                     {"account", account.text()},
                     {"kept", except.text()},
                     {"everywhere", where == SessionsOf::everywhere ? 1 : 0}});
  if (!ended) return fail(ended.error());
  return static_cast<int>(*ended);
}

Result<bool> SqlSessions::end_pam(const AccountId& account, std::string_view service,
                                  std::int64_t caller, UtcTime now) {
  return sql::changes(
      context_.connection, kEndPam,
      {{"now", now}, {"account", account.text()}, {"service", service}, {"caller", caller}});
}

Result<int> SqlSessions::at_hosts(const AccountId& account, UtcTime since) {
  const auto owed = sql::find_one<int>(context_.connection, kAtHosts,
                                       {{"account", account.text()}, {"since", since}},
                                       [](Row& row) -> Result<int> { return row.small_integer(); });
  if (!owed) return fail(owed.error());
  return owed->value_or(0);
}

Result<std::vector<Session>> SqlSessions::leaving(std::string_view host, int limit) {
  return sql::find_all<Session>(context_.connection, kLeaving, {{"host", host}, {"limit", limit}},
                                read_session);
}

Result<void> SqlSessions::left(const SessionId& id) {
  return sql::run(context_.connection, kLeft, {{"id", id.text()}});
}

Result<std::vector<Session>> SqlSessions::open_on(std::string_view host) {
  return sql::find_all<Session>(context_.connection, kOpenOn, {{"host", host}}, read_session);
}

Result<std::vector<Session>> SqlSessions::open(const AccountId& account, int limit) {
  if (account.empty()) {
    return sql::find_all<Session>(context_.connection, kOpen, {{"limit", limit}}, read_session);
  }
  return sql::find_all<Session>(context_.connection, kOpenOf,
                                {{"account", account.text()}, {"limit", limit}}, read_session);
}

Result<std::vector<Session>> SqlSessions::recent(const AccountId& account, int limit) {
  return sql::find_all<Session>(context_.connection, kRecent,
                                {{"account", account.text()}, {"limit", limit}}, read_session);
}

Result<void> SqlSessions::put_pending(const PendingLogin& pending) {
  return sql::run(context_.connection, kPutPending,
                  {{"token_index", pending.token_index},
                   {"account", pending.account.text()},
                   {"portal", pending.portal.text()},
                   {"joining", pending.joining.text()},
                   {"expires", pending.expires}});
}

Result<std::optional<PendingLogin>> SqlSessions::find_pending(std::string_view token_index) {
  return sql::find_one<PendingLogin>(context_.connection, kFindPending,
                                     {{"token_index", token_index}}, read_pending);
}

Result<bool> SqlSessions::take_pending(std::string_view token_index) {
  return sql::changes(context_.connection, kTakePending, {{"token_index", token_index}});
}

}  // namespace portal
