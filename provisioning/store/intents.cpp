#include "store/intents.hpp"

#include "store/sql/queries.hpp"

namespace portal {
namespace {

constexpr std::string_view kWrite =
    "insert into intents (id, what, account, registration, entry_uuid, written)"
    " values (:id, :what, :account, :registration, :entry_uuid, :written)";
constexpr std::string_view kOpen =
    "select id, what, account, registration, entry_uuid, written from intents"
    " order by written, id";
constexpr std::string_view kEnd = "delete from intents where id = :id";

Result<Intent> read_intent(sql::Row& row) {
  Intent intent;
  intent.id = IntentId(std::string(row.text()));
  intent.what = row.text();
  intent.account = AccountId(std::string(row.text()));
  intent.registration = RegistrationId(std::string(row.text()));
  intent.entry_uuid = row.text();
  intent.written = row.time();
  return intent;
}

}  // namespace

Result<void> SqlIntents::write(const Intent& intent) {
  return sql::run(context_.connection, kWrite,
                  {{"id", intent.id.text()},
                   {"what", intent.what},
                   {"account", intent.account.text()},
                   {"registration", intent.registration.text()},
                   {"entry_uuid", intent.entry_uuid},
                   {"written", intent.written}});
}

Result<std::vector<Intent>> SqlIntents::open() {
  return sql::find_all<Intent>(context_.connection, kOpen, {}, read_intent);
}

Result<bool> SqlIntents::end(const IntentId& id) {
  return sql::changes(context_.connection, kEnd, {{"id", id.text()}});
}

}  // namespace portal
