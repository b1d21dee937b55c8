#include "conversation.hpp"

#include <stdlib.h>
#include <string.h>

namespace portal::pam {

namespace {

/// The longest text that is ever shown, and a NUL.
constexpr std::size_t kTextRoom = decltype(wire::Prompt::text)::limit() + 1;

int message_style(wire::Style style) {
  switch (style) {
    case wire::Style::echo_off: return PAM_PROMPT_ECHO_OFF;
    case wire::Style::echo_on: return PAM_PROMPT_ECHO_ON;
    case wire::Style::info: return PAM_TEXT_INFO;
    case wire::Style::error: return PAM_ERROR_MSG;
  }
  return PAM_PROMPT_ECHO_OFF;
}

void discard(char* text) {
  if (text == nullptr) return;
  explicit_bzero(text, strlen(text));
  free(text);
}

const pam_conv* conversation_of(const pam_handle_t* handle) {
  const void* item = nullptr;
  if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS || item == nullptr) return nullptr;
  const auto* conversation = static_cast<const pam_conv*>(item);
  return conversation->conv == nullptr ? nullptr : conversation;
}

/// One message through the application's conversation. What it answers, if anything, goes to
/// `answer`, which the caller then owns.
bool converse(const pam_handle_t* handle, wire::Style style, std::string_view text, char*& answer) {
  const pam_conv* conversation = conversation_of(handle);
  if (conversation == nullptr || text.size() >= kTextRoom) return false;
  char shown[kTextRoom];
  memcpy(shown, text.data(), text.size());
  shown[text.size()] = '\0';

  const pam_message message{message_style(style), shown};
  const pam_message* messages = &message;
  pam_response* responses = nullptr;
  const int outcome = conversation->conv(1, &messages, &responses, conversation->appdata_ptr);
  explicit_bzero(shown, text.size());
  // What a failed conversation leaves in `responses` is undefined: it is not ours to free.
  if (outcome != PAM_SUCCESS) return false;
  if (responses != nullptr) {
    answer = responses->resp;
    free(responses);
  }
  return true;
}

}  // namespace

Response::~Response() noexcept { discard(text_); }

bool Response::ask(pam_handle_t* handle, const wire::Prompt& prompt) noexcept {
  discard(text_);
  text_ = nullptr;
  return converse(handle, prompt.style, prompt.text.value, text_) && text_ != nullptr;
}

bool Response::leave(pam_handle_t* handle, wire::Keep keep) const noexcept {
  switch (keep) {
    case wire::Keep::nothing: return true;
    case wire::Keep::password: return pam_set_item(handle, PAM_AUTHTOK, text_) == PAM_SUCCESS;
    case wire::Keep::old_password:
      return pam_set_item(handle, PAM_OLDAUTHTOK, text_) == PAM_SUCCESS;
  }
  return false;
}

void show(pam_handle_t* handle, wire::Style style, std::string_view text) noexcept {
  char* answer = nullptr;
  (void)converse(handle, style, text, answer);
  discard(answer);
}

}  // namespace portal::pam
