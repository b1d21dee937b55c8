#include "exchange.hpp"

#include <pthread.h>
#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "conversation.hpp"
#include "options.hpp"
#include "verdict.hpp"
#include "wire/core/client.hpp"

namespace portal::pam {

namespace {

using wire::ClientFault;
using wire::Deadline;
using wire::FirstPass;
using wire::Operation;

/// A PAM item as text; empty if it is not set.
std::string_view item_of(const pam_handle_t* handle, int which) {
  const void* item = nullptr;
  if (pam_get_item(handle, which, &item) != PAM_SUCCESS || item == nullptr) return {};
  return static_cast<const char*>(item);
}

/// PAM's own environment, which an application fills from what the client sent; never the
/// process's, which a setuid program takes from anybody.
std::string_view locale_of(pam_handle_t* handle) {
  const char* language = pam_getenv(handle, "LANG");
  const std::string_view text = language == nullptr ? "" : language;
  return text.size() <= decltype(wire::Open::locale)::limit() ? text : std::string_view();
}

/// Requirement P4: by who knows it.
bool changes_password(Operation operation) {
  return operation == Operation::prepare_password_change || operation == Operation::change_password;
}

/// A host that cancels a thread would end it inside a system call: the descriptor and a typed
/// password would stay behind, since no destructor runs in a module without exceptions. A
/// cancellation that comes meanwhile takes effect after the call.
class Uncancelled {
 public:
  Uncancelled() noexcept { (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~Uncancelled() noexcept { (void)pthread_setcancelstate(before_, nullptr); }
  Uncancelled(const Uncancelled&) = delete;
  Uncancelled& operator=(const Uncancelled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

/// One operation from its Open to its Done.
class Exchange {
 public:
  Exchange(pam_handle_t* handle, Operation operation, int flags, const Options& options) noexcept
      : handle_(handle),
        operation_(operation),
        flags_(static_cast<unsigned>(flags)),
        options_(options) {}

  int run() noexcept {
    const int named = read_user();
    if (named != PAM_SUCCESS) return refusal_of(operation_, named);
    const std::string_view password = first_pass();
    if (password.empty() && takes_password() && options_.first_pass == FirstPass::insist) {
      pam_syslog(handle_, LOG_ERR, "refusing: use_first_pass, but no module before has a password");
      return refusal_of(operation_, PAM_AUTHTOK_RECOVERY_ERR);
    }
    Deadline deadline = Deadline::in_milliseconds(wire::kOpenLimit);
    ClientFault fault = client_.connect(options_.socket, options_.server_uid, deadline);
    if (fault == ClientFault::none) fault = client_.send(open(password), deadline);
    if (fault != ClientFault::none) return give_up(fault);
    // With a password in it an Open is an answer as well: the directory is asked.
    if (!password.empty()) deadline = Deadline::in_milliseconds(wire::kAnswerLimit);
    return follow(deadline);
  }

 private:
  /// Reads PAM_USER, once. The copy tells at the end whether the application has changed it.
  int read_user() noexcept {
    const char* user = nullptr;
    const int outcome = pam_get_user(handle_, &user, nullptr);
    if (outcome == PAM_CONV_AGAIN) return PAM_CONV_ERR;
    if (outcome != PAM_SUCCESS) return outcome;
    if (user == nullptr) return PAM_AUTH_ERR;
    const std::size_t size = strnlen(user, sizeof user_);
    if (size == sizeof user_) return PAM_AUTH_ERR;
    memcpy(user_, user, size + 1);
    return PAM_SUCCESS;
  }

  bool takes_password() const noexcept {
    return operation_ == Operation::authenticate || operation_ == Operation::change_password;
  }

  /// What a module before us in the stack has asked for, if the options let us use it.
  std::string_view first_pass() const noexcept {
    if (!takes_password() || options_.first_pass == FirstPass::ask) return {};
    return item_of(handle_, operation_ == Operation::authenticate ? PAM_AUTHTOK : PAM_OLDAUTHTOK);
  }

  wire::Open open(std::string_view password) const noexcept {
    wire::Open message;
    message.operation = operation_;
    message.service.value = item_of(handle_, PAM_SERVICE);
    message.user.value = user_;
    message.remote_host.value = item_of(handle_, PAM_RHOST);
    message.remote_user.value = item_of(handle_, PAM_RUSER);
    message.terminal.value = item_of(handle_, PAM_TTY);
    message.silent = silent();
    message.refuse_empty = (flags_ & PAM_DISALLOW_NULL_AUTHTOK) != 0;
    message.locale.value = locale_of(handle_);
    message.proof = options_.proof;
    message.first_pass = options_.first_pass;
    message.password.value = password;
    message.only_expired = (flags_ & PAM_CHANGE_EXPIRED_AUTHTOK) != 0;
    return message;
  }

  /// Does what the daemon says until it is done. The daemon's time is limited, the person's is not:
  /// the daemon ends a conversation that takes too long.
  int follow(Deadline deadline) noexcept {
    wire::DaemonMessage message;
    for (;;) {
      ClientFault fault = client_.receive(message, deadline);
      if (fault != ClientFault::none) return give_up(fault);
      if (message.type == wire::MessageType::done) return finish(message.done);
      if (!wire::wants_answer(message.prompt.style)) {
        show_unless_silent(message.prompt.style, message.prompt.text.value);
        continue;
      }
      Response response;
      if (!response.ask(handle_, message.prompt)) return conversation_failed();
      if (!response.leave(handle_, message.prompt.keep)) return refusal_of(operation_, PAM_BUF_ERR);
      deadline = Deadline::in_milliseconds(wire::kAnswerLimit);
      fault = client_.send(wire::Answer{{response.text()}}, deadline);
      if (fault != ClientFault::none) return give_up(fault);
    }
  }

  int finish(const wire::Done& done) noexcept {
    const bool granted = done.outcome == wire::Outcome::success;
    if (!done.text.value.empty())
      show_unless_silent(granted ? wire::Style::info : wire::Style::error, done.text.value);
    if (granted && item_of(handle_, PAM_USER) != std::string_view(user_)) {
      pam_syslog(handle_, LOG_ERR, "refusing: PAM_USER was changed during the conversation");
      return refusal_of(operation_, PAM_AUTH_ERR);
    }
    return code_of(operation_, done.outcome);
  }

  int conversation_failed() noexcept {
    (void)client_.send(wire::ConversationFailed{}, Deadline::in_milliseconds(0));
    return refusal_of(operation_, PAM_CONV_ERR);
  }

  int give_up(ClientFault fault) noexcept {
    pam_syslog(handle_, LOG_ERR, "no decision from portald: %s", wire::name_of(fault));
    return code_of(operation_, fault);
  }

  void show_unless_silent(wire::Style style, std::string_view text) noexcept {
    if (!silent()) show(handle_, style, text);
  }

  bool silent() const noexcept { return (flags_ & PAM_SILENT) != 0; }

  pam_handle_t* handle_;
  Operation operation_;
  unsigned flags_;
  const Options& options_;
  char user_[decltype(wire::Open::user)::limit() + 1] = {};
  wire::Client client_;
};

}  // namespace

int run(pam_handle_t* handle, Operation operation, int flags, int count,
        const char** arguments) noexcept {
  const Uncancelled uncancelled;
  Options options;
  if (!parse_options(handle, count, arguments, options))
    return refusal_of(operation, PAM_SERVICE_ERR);
  if (options.proof == wire::Proof::factor_alone && changes_password(operation)) {
    pam_syslog(handle, LOG_ERR, "refusing: a password is not changed with second_factor_only");
    return refusal_of(operation, PAM_SERVICE_ERR);
  }
  return Exchange(handle, operation, flags, options).run();
}

}  // namespace portal::pam
