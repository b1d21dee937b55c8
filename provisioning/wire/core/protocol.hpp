#pragma once

#include <cstddef>
#include <cstdint>

// The socket protocol between the modules and the daemon. This folder is the freestanding core: it
// is linked into the modules, which have no C++ runtime, so nothing here throws, allocates, or
// needs more than libc.
//
// frame = length (4 bytes, big-endian: of what follows) version (1) type (1) field*
// field = tag (1) length (2, big-endian) value
//
// Every field of a message is present, once, in the order of its tags: a message has exactly one
// encoding.
namespace portal::wire {

inline constexpr std::uint8_t kVersion = 1;
/// A whole frame, its length word included (requirement C1).
inline constexpr std::size_t kFrameLimit = 16'384;
inline constexpr std::size_t kLengthSize = 4;
/// Version and type.
inline constexpr std::size_t kBodyMinimum = 2;

enum class MessageType : std::uint8_t {
  // module → daemon
  open = 1,
  answer = 2,
  conversation_failed = 3,
  // daemon → module
  prompt = 16,
  done = 17,
};

/// What a PAM application wants. Setting credentials is not here: there are none to set, and a
/// module must not fail at it because the daemon is just being restarted.
enum class Operation : std::uint8_t {
  authenticate = 1,
  account,
  open_session,
  close_session,
  prepare_password_change,  ///< PAM_PRELIM_CHECK: can a change be asked for? Nobody is asked
  change_password,          ///< PAM_UPDATE_AUTHTOK
};
constexpr std::uint8_t last_of(Operation) {
  return static_cast<std::uint8_t>(Operation::change_password);
}

/// What a login must prove here.
enum class Proof : std::uint8_t {
  password_and_factor = 1,
  factor_alone,  ///< option second_factor_only: another module has seen to the first
};
constexpr std::uint8_t last_of(Proof) { return static_cast<std::uint8_t>(Proof::factor_alone); }

/// What becomes of the password that a module before us in the stack has asked for.
enum class FirstPass : std::uint8_t {
  ask = 1,  ///< nothing: ask for it
  attempt,  ///< option try_first_pass: it is the first answer; if it is wrong, ask once
  insist,   ///< option use_first_pass: it is the only answer
};
constexpr std::uint8_t last_of(FirstPass) { return static_cast<std::uint8_t>(FirstPass::insist); }

/// How a text is shown. The first two want an answer, the others want none.
enum class Style : std::uint8_t { echo_off = 1, echo_on, info, error };
constexpr std::uint8_t last_of(Style) { return static_cast<std::uint8_t>(Style::error); }
constexpr bool wants_answer(Style style) {
  return style == Style::echo_off || style == Style::echo_on;
}

/// What the module keeps an answer as, for the modules after it in the stack.
enum class Keep : std::uint8_t {
  nothing = 1,
  password,      ///< PAM_AUTHTOK
  old_password,  ///< PAM_OLDAUTHTOK
};
constexpr std::uint8_t last_of(Keep) { return static_cast<std::uint8_t>(Keep::old_password); }

/// How an operation ended. Everything but `success` is a refusal.
enum class Outcome : std::uint8_t {
  success = 1,
  denied,                 ///< wrong, or not allowed
  unknown_user,           ///< said only in the account phase (requirement M3)
  unavailable,            ///< the daemon, the directory or the store cannot say at the moment
  account_expired,        ///< by the directory's policy
  account_unusable,       ///< unfinished, disabled or locked (requirement M4)
  max_tries,              ///< tried too often
  new_password_required,  ///< the password must be changed first
  internal,               ///< a fault in the daemon
};
constexpr std::uint8_t last_of(Outcome) { return static_cast<std::uint8_t>(Outcome::internal); }

}  // namespace portal::wire
