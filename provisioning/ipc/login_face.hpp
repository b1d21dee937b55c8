#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "domain/login.hpp"
#include "domain/password_change.hpp"

namespace portal {
class SessionService;
}

namespace portal::ipc {

/// What the socket asks of the product. Thread-safe; calls block.
class LoginFace {
 public:
  virtual ~LoginFace() = default;
  virtual LoginStep start(LoginConversation& conversation) = 0;
  virtual LoginStep answer(LoginConversation& conversation, const Secret& answer) = 0;
  virtual LoginService::Standing standing_of(std::string_view typed_name) = 0;
  /// `caller` is the process that opens or closes the session. Fails: not_found, unavailable.
  virtual Result<void> open_session(std::string_view typed_name, std::string_view terminal,
                                    std::int64_t caller, const Source& source) = 0;
  virtual Result<void> close_session(std::string_view typed_name, std::int64_t caller,
                                     const Source& source) = 0;

  /// Whether a change of password could be made now. Fails: unavailable.
  virtual Result<void> prepare_change() = 0;
  virtual PasswordStep start_change(PasswordConversation& conversation, const Secret& current,
                                    bool only_expired) = 0;
  virtual PasswordStep answer_change(PasswordConversation& conversation, const Secret& answer) = 0;
};

/// The real one. The services must outlive it.
std::unique_ptr<LoginFace> face_of(LoginService& logins, SessionService& sessions,
                                   PasswordChangeService& password_changes);

}  // namespace portal::ipc
