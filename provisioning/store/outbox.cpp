#include "store/outbox.hpp"

#include "domain/names.hpp"
#include "store/outbox_columns.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::string_view kPut =
    "insert into outbox (id, serial, order_index, channel, wording, language, portal, content,"
    " state, created, expires, due, leased_until, attempts, trouble, finished, tried, taken)"
    " values (:id, (select coalesce(max(serial), 0) + 1 from outbox), :order_index, :channel,"
    " :wording, :language, :portal, :content, 'waiting', :created, :expires, :due, 0, :attempts,"
    " '', null, '', 0)";
constexpr std::string_view kHolds =
    "select count(*) from outbox where order_index = :order_index"
    " and state in ('waiting', 'handed_over')";
constexpr std::string_view kDue =
    "select id, channel, wording, language, portal, content, created, expires, attempts, tried, "
    "taken"
    " from outbox where state = 'waiting' and due <= :now and leased_until <= :now"
    " and not exists (select 1 from outbox earlier where earlier.state = 'waiting'"
    " and earlier.order_index = outbox.order_index and earlier.serial < outbox.serial)"
    " order by serial limit :limit";
constexpr std::string_view kLease =
    "update outbox set leased_until = :lease_end, attempts = attempts + 1 where id = :id";
constexpr std::string_view kEndSent =
    "update outbox set state = 'sent', finished = :now, content = '', trouble = ''"
    " where id = :id and state = 'waiting'";
constexpr std::string_view kEndUnsent =
    "update outbox set state = :state, finished = :now, content = ''"
    " where id = :id and state = 'waiting'";
constexpr std::string_view kNoteTrouble =
    "update outbox set trouble = :trouble where id = :id and state = 'waiting'";
constexpr std::string_view kNoteTried =
    "update outbox set tried = :tried where id = :id and state = 'waiting'";
constexpr std::string_view kAwaitReport =
    "update outbox set state = 'handed_over', due = :end, leased_until = 0, taken = 1"
    " where id = :id and state = 'waiting'";
constexpr std::string_view kArrived =
    "update outbox set state = 'sent', finished = :now, content = '', trouble = ''"
    " where id = :id and state in ('waiting', 'handed_over')";
constexpr std::string_view kTried = "select tried from outbox where id = :id";
constexpr std::string_view kLost =
    "update outbox set due = :now where id = :id and state = 'handed_over'";
// The same code goes out once more while it is the latest and valid; else it has served its time.
constexpr std::string_view kWaitAgain =
    "update outbox set state = 'waiting' where state = 'handed_over' and due <= :now"
    " and expires > :now and not exists (select 1 from outbox later where"
    " later.order_index = outbox.order_index and later.wording = outbox.wording"
    " and later.serial > outbox.serial)";
constexpr std::string_view kSettle =
    "update outbox set state = 'sent', finished = :now, content = '', trouble = ''"
    " where state = 'handed_over' and due <= :now";
constexpr std::string_view kRetryAt =
    "update outbox set due = :next, leased_until = 0, trouble = :trouble"
    " where id = :id and state = 'waiting'";

/// Recipient, order key, then the names and values by turns: the values hold the codes.
std::string seal_content(const Keyring& keyring, const Message& message) {
  std::vector<std::string_view> texts = {message.recipient, message.order_key};
  for (const auto& [name, value] : message.values) {
    texts.push_back(name);
    texts.push_back(value);
  }
  return SealedTexts::seal(keyring, content_place(message.id), texts);
}

Result<Message> read_message(Row& row, const Keyring& keyring) {
  Message message;
  message.id = MessageId(std::string(row.text()));
  const std::string place = content_place(message.id);
  const std::optional<Channel> channel = parse_channel(row.text());
  message.text = row.text();
  const std::optional<Language> language = parse_language(row.text());
  message.portal = PortalId(std::string(row.text()));
  const auto content = SealedTexts::open(keyring, place, row.text(), 2);
  if (!content) return fail(content.error());
  if (!channel || !language || content->size() % 2 != 0) return damaged(place);
  message.channel = *channel;
  message.language = *language;
  message.recipient = (*content)[0];
  message.order_key = (*content)[1];
  for (std::size_t i = 2; i < content->size(); i += 2) {
    message.values.emplace((*content)[i], (*content)[i + 1]);
  }
  message.created = row.time();
  message.expires = row.time();
  message.attempts = row.small_integer();
  message.tried = gateways_of(row.text());
  message.taken = row.small_integer() != 0;
  return message;
}

std::string order_index_of(const Keyring& keyring, std::string_view order_key) {
  return keyring.lasting_index("outbox_order", order_key);
}

}  // namespace

Result<bool> SqlOutbox::holds(std::string_view order_key) {
  const std::string order_index = order_index_of(context_.keyring, order_key);
  const auto held = sql::find_one<bool>(context_.connection, kHolds, {{"order_index", order_index}},
                                        [](Row& row) -> Result<bool> { return row.integer() > 0; });
  if (!held) return fail(held.error());
  return held->value_or(false);
}

Result<void> SqlOutbox::put(const Message& message) {
  const std::string content = seal_content(context_.keyring, message);
  // Without an order key, it waits for no other.
  const std::string order_index = order_index_of(
      context_.keyring, message.order_key.empty() ? message.id.text() : message.order_key);
  return sql::run(context_.connection, kPut,
                  {{"id", message.id.text()},
                   {"order_index", order_index},
                   {"channel", name_of(message.channel)},
                   {"wording", message.text},
                   {"language", code_of(message.language)},
                   {"portal", message.portal.text()},
                   {"content", content},
                   {"created", message.created},
                   {"expires", message.expires},
                   {"due", message.created},
                   {"attempts", message.attempts}});
}

Result<std::vector<Message>> SqlOutboxQueue::lease(UtcTime now, UtcTime lease_end, int limit) {
  for (const std::string_view unreported : {kWaitAgain, kSettle}) {
    const Result<void> done = sql::run(context_.connection, unreported, {{"now", now}});
    if (!done) return fail(done.error());
  }
  Result<std::vector<Message>> due =
      sql::find_all<Message>(context_.connection, kDue, {{"now", now}, {"limit", limit}},
                             [&](Row& row) { return read_message(row, context_.keyring); });
  if (!due) return due;
  for (const Message& message : *due) {
    const Result<void> leased = sql::run(context_.connection, kLease,
                                         {{"lease_end", lease_end}, {"id", message.id.text()}});
    if (!leased) return fail(leased.error());
  }
  return due;
}

Result<void> SqlOutboxQueue::note_trouble(const MessageId& id, std::string_view why) {
  const std::string trouble = context_.keyring.seal(why, trouble_place(id));
  return sql::run(context_.connection, kNoteTrouble, {{"trouble", trouble}, {"id", id.text()}});
}

Result<void> SqlOutboxQueue::finish(const MessageId& id, MessageState state, UtcTime now,
                                    std::string_view why) {
  if (state == MessageState::waiting) return fail(Errc::internal, "store: waiting is no end");
  if (state == MessageState::sent) {
    return sql::run(context_.connection, kEndSent, {{"now", now}, {"id", id.text()}});
  }
  if (!why.empty()) {
    if (Result<void> noted = note_trouble(id, why); !noted) return noted;
  }
  return sql::run(context_.connection, kEndUnsent,
                  {{"state", name_of(state)}, {"now", now}, {"id", id.text()}});
}

Result<void> SqlOutboxQueue::note_tried(const MessageId& id,
                                        const std::vector<std::string>& gateways) {
  const std::string tried = column_of(gateways);
  return sql::run(context_.connection, kNoteTried, {{"tried", tried}, {"id", id.text()}});
}

Result<void> SqlOutboxQueue::await_report(const MessageId& id, UtcTime end) {
  return sql::run(context_.connection, kAwaitReport, {{"end", end}, {"id", id.text()}});
}

Result<void> SqlOutboxQueue::take_report(const MessageId& id, std::string_view gateway,
                                         bool arrived, UtcTime now) {
  if (!arrived) {
    const auto tried = sql::find_one<std::vector<std::string>>(
        context_.connection, kTried, {{"id", id.text()}},
        [](Row& row) -> Result<std::vector<std::string>> { return gateways_of(row.text()); });
    if (!tried) return fail(tried.error());
    if (!*tried || (*tried)->empty() || (*tried)->back() != gateway) return {};
  }
  return sql::run(context_.connection, arrived ? kArrived : kLost,
                  {{"now", now}, {"id", id.text()}});
}

Result<void> SqlOutboxQueue::retry_at(const MessageId& id, UtcTime next, std::string_view why) {
  // A server's answer may repeat the address that it refuses.
  const std::string trouble = context_.keyring.seal(why, trouble_place(id));
  return sql::run(context_.connection, kRetryAt,
                  {{"next", next}, {"trouble", trouble}, {"id", id.text()}});
}

}  // namespace portal
