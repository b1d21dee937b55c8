#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "domain/login.hpp"

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
};

/// The real one. Both services must outlive it.
std::unique_ptr<LoginFace> face_of(LoginService& logins, SessionService& sessions);

}  // namespace portal::ipc
