#include "store/outbox_view.hpp"

#include <array>
#include <utility>

#include "domain/names.hpp"
#include "identity/email_address.hpp"
#include "identity/phone_number.hpp"
#include "store/outbox_columns.hpp"
#include "store/sealed_texts.hpp"
#include "store/sql/queries.hpp"
#include "store/sql/text.hpp"

namespace portal {
namespace {

using sql::Row;

constexpr std::array kEveryState = {MessageState::waiting, MessageState::handed_over,
                                    MessageState::sent, MessageState::expired,
                                    MessageState::failed};

constexpr sql::Text kEntry =
    "select id, serial, channel, wording, portal, content, state, created, expires, due,"
    " leased_until, attempts, trouble, finished, tried,"
    " (select earlier.id from outbox earlier where earlier.state = 'waiting'"
    " and outbox.state = 'waiting' and earlier.order_index = outbox.order_index"
    " and earlier.serial < outbox.serial order by earlier.serial limit 1)"
    " from outbox";
constexpr sql::Text kById = kEntry + " where id = :id";
// A place for each state and channel; those that are not asked for are filled with one that is.
constexpr sql::Text kList =
    kEntry +
    " where serial > :after and state in (:state1, :state2, :state3, :state4, :state5)"
    " and channel in (:channel1, :channel2) order by serial limit :limit";
constexpr std::string_view kMakeDue =
    "update outbox set due = :now where id = :id and state = 'waiting' and leased_until <= :now"
    " and expires > :now";

std::string masked(Channel channel, std::string_view recipient) {
  switch (channel) {
    case Channel::mail:
      if (const auto address = EmailAddress::parse(recipient)) return address->masked();
      break;
    case Channel::sms:
      if (const auto number = PhoneNumber::from_e164(recipient)) return number->masked();
      break;
  }
  return "…";
}

Result<void> open_content(OutboxEntry& entry, std::string_view sealed, const Keyring& keyring) {
  if (sealed.empty()) return {};
  const auto content = SealedTexts::open(keyring, content_place(entry.id), sealed, 2);
  if (!content) return fail(content.error());
  entry.recipient = masked(entry.channel, (*content)[0]);
  entry.order_key = (*content)[1];
  return {};
}

Result<void> open_trouble(OutboxEntry& entry, std::string_view sealed, const Keyring& keyring) {
  if (sealed.empty()) return {};
  const Result<Secret> trouble = keyring.open(sealed, trouble_place(entry.id));
  if (!trouble) return damaged(trouble_place(entry.id));
  entry.trouble = trouble->reveal();
  return {};
}

Result<OutboxEntry> read_entry(Row& row, const Keyring& keyring) {
  OutboxEntry entry;
  entry.id = MessageId(std::string(row.text()));
  entry.number = row.integer();
  const std::optional<Channel> channel = parse_channel(row.text());
  entry.wording = row.text();
  entry.portal = PortalId(std::string(row.text()));
  const std::string content(row.text());
  const std::optional<MessageState> state = parse_message_state(row.text());
  entry.created = row.time();
  entry.expires = row.time();
  entry.due = row.time();
  entry.leased_until = row.time();
  entry.attempts = row.small_integer();
  const std::string trouble(row.text());
  entry.finished = row.optional_time();
  entry.gateways = gateways_of(row.text());
  entry.behind = MessageId(std::string(row.text()));
  if (!channel || !state) return damaged(place_of("outbox", entry.id.text(), "state"));
  entry.channel = *channel;
  entry.state = *state;
  if (auto opened = open_content(entry, content, keyring); !opened) return fail(opened.error());
  if (auto opened = open_trouble(entry, trouble, keyring); !opened) return fail(opened.error());
  return entry;
}

}  // namespace

Result<std::vector<OutboxEntry>> SqlOutboxView::list(const OutboxFilter& filter) {
  std::array<MessageState, kEveryState.size()> states = kEveryState;
  for (std::size_t i = 0; i < states.size() && !filter.states.empty(); ++i) {
    states[i] = filter.states[i % filter.states.size()];
  }
  return sql::find_all<OutboxEntry>(context_.connection, kList,
                                    {{"after", filter.after},
                                     {"state1", name_of(states[0])},
                                     {"state2", name_of(states[1])},
                                     {"state3", name_of(states[2])},
                                     {"state4", name_of(states[3])},
                                     {"state5", name_of(states[4])},
                                     {"channel1", name_of(filter.channel.value_or(Channel::mail))},
                                     {"channel2", name_of(filter.channel.value_or(Channel::sms))},
                                     {"limit", filter.limit}},
                                    [&](Row& row) { return read_entry(row, context_.keyring); });
}

Result<OutboxEntry> SqlOutboxView::get(const MessageId& id) {
  return sql::required(
      sql::find_one<OutboxEntry>(context_.connection, kById, {{"id", id.text()}},
                                 [&](Row& row) { return read_entry(row, context_.keyring); }),
      "message");
}

Result<bool> SqlOutboxView::make_due(const MessageId& id, UtcTime now) {
  return sql::changes(context_.connection, kMakeDue, {{"now", now}, {"id", id.text()}});
}

}  // namespace portal
