#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/core/protocol.hpp"

// The messages. Each lists its fields once, in `fields`; the encoder, the decoder, the golden bytes
// and the fuzzer follow from that list. Texts are views: a decoded message looks into its frame.
namespace portal::wire {

/// A text of at most `Limit` bytes without NUL.
template <std::size_t Limit>
struct Text {
  static consteval std::size_t limit() { return Limit; }
  std::string_view value;
};

/// A module asks for something; the first message of a connection, and the only one of its type.
struct Open {
  static constexpr MessageType kType = MessageType::open;

  Operation operation = Operation::authenticate;
  Text<64> service;           ///< PAM_SERVICE
  Text<256> user;             ///< PAM_USER, as typed
  Text<256> remote_host;      ///< PAM_RHOST, may be empty
  Text<256> remote_user;      ///< PAM_RUSER, may be empty
  Text<256> terminal;         ///< PAM_TTY, may be empty
  bool silent = false;        ///< PAM_SILENT
  bool refuse_empty = false;  ///< PAM_DISALLOW_NULL_AUTHTOK
  Text<64> locale;            ///< the client's locale if PAM knows it ("de_CH.UTF-8"), may be empty
  Proof proof = Proof::password_and_factor;
  FirstPass first_pass = FirstPass::ask;
  /// Secret. What a module before us asked for: PAM_AUTHTOK, or PAM_OLDAUTHTOK where the password
  /// is changed; may be empty.
  Text<2048> password;
  bool only_expired = false;  ///< PAM_CHANGE_EXPIRED_AUTHTOK

  template <class Message, class Visitor>
  static constexpr void fields(Message& message, Visitor&& visit) {
    visit(1, message.operation);
    visit(2, message.service);
    visit(3, message.user);
    visit(4, message.remote_host);
    visit(5, message.remote_user);
    visit(6, message.terminal);
    visit(7, message.silent);
    visit(8, message.refuse_empty);
    visit(9, message.locale);
    visit(10, message.proof);
    visit(11, message.first_pass);
    visit(12, message.password);
    visit(13, message.only_expired);
  }
};

/// What the person answered to a prompt. Secret. A password has at most 256 code points (1,024
/// bytes); the rest is room for decomposed letters and for a code behind it.
struct Answer {
  static constexpr MessageType kType = MessageType::answer;

  Text<2048> text;

  template <class Message, class Visitor>
  static constexpr void fields(Message& message, Visitor&& visit) {
    visit(1, message.text);
  }
};

/// The application could not ask the person; the login is over.
struct ConversationFailed {
  static constexpr MessageType kType = MessageType::conversation_failed;

  template <class Message, class Visitor>
  static constexpr void fields(Message&, Visitor&&) {}
};

/// The daemon wants something shown or asked.
struct Prompt {
  static constexpr MessageType kType = MessageType::prompt;

  Style style = Style::echo_off;
  Text<8192> text;
  Keep keep = Keep::nothing;

  template <class Message, class Visitor>
  static constexpr void fields(Message& message, Visitor&& visit) {
    visit(1, message.style);
    visit(2, message.text);
    visit(3, message.keep);
  }
};

/// The end of the operation and of the connection.
struct Done {
  static constexpr MessageType kType = MessageType::done;

  Outcome outcome = Outcome::internal;
  Text<64> decision;  ///< names the decision in the audit log; may be empty
  Text<2048> text;    ///< for the person, in their language; may be empty

  template <class Message, class Visitor>
  static constexpr void fields(Message& message, Visitor&& visit) {
    visit(1, message.outcome);
    visit(2, message.decision);
    visit(3, message.text);
  }
};

/// How many fields a message has; their tags are 1 to this.
template <class Message>
constexpr std::uint8_t field_count() {
  Message message;
  std::uint8_t count = 0;
  Message::fields(message, [&count](std::uint8_t, auto&) { ++count; });
  return count;
}

}  // namespace portal::wire
