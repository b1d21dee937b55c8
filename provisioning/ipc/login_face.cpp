#include "ipc/login_face.hpp"

#include "domain/sessions.hpp"

namespace portal::ipc {

namespace {

class ProductFace final : public LoginFace {
 public:
  ProductFace(LoginService& logins, SessionService& sessions,
              PasswordChangeService& password_changes)
      : logins_(logins), sessions_(sessions), password_changes_(password_changes) {}

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
  Result<void> prepare_change() override { return password_changes_.prepare(); }
  PasswordStep start_change(PasswordConversation& conversation, const Secret& current,
                            bool only_expired) override {
    return password_changes_.start(conversation, current, only_expired);
  }
  PasswordStep answer_change(PasswordConversation& conversation, const Secret& answer) override {
    return password_changes_.answer(conversation, answer);
  }

 private:
  LoginService& logins_;
  SessionService& sessions_;
  PasswordChangeService& password_changes_;
};

}  // namespace

std::unique_ptr<LoginFace> face_of(LoginService& logins, SessionService& sessions,
                                   PasswordChangeService& password_changes) {
  return std::make_unique<ProductFace>(logins, sessions, password_changes);
}

}  // namespace portal::ipc
