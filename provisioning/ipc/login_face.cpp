#include "ipc/login_face.hpp"

#include "domain/sessions.hpp"

namespace portal::ipc {

namespace {

class ProductFace final : public LoginFace {
 public:
  ProductFace(LoginService& logins, SessionService& sessions)
      : logins_(logins), sessions_(sessions) {}

  LoginStep start(LoginConversation& conversation) override { return logins_.start(conversation); }
  LoginStep answer(LoginConversation& conversation, const Secret& answer) override {
    return logins_.answer(conversation, answer);
  }
  LoginService::Standing standing_of(std::string_view typed_name) override {
    return logins_.standing_of(typed_name);
  }
  Result<void> open_session(std::string_view typed_name, std::string_view terminal,
                            std::int64_t caller, const Source& source) override {
    const Result<SessionId> opened = sessions_.open_pam(typed_name, terminal, caller, source);
    if (!opened) return fail(opened.error());
    return {};
  }
  Result<void> close_session(std::string_view typed_name, std::int64_t caller,
                             const Source& source) override {
    return sessions_.close_pam(typed_name, caller, source);
  }

 private:
  LoginService& logins_;
  SessionService& sessions_;
};

}  // namespace

std::unique_ptr<LoginFace> face_of(LoginService& logins, SessionService& sessions) {
  return std::make_unique<ProductFace>(logins, sessions);
}

}  // namespace portal::ipc
