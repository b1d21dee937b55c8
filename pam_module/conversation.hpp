#pragma once

#include <security/pam_modules.h>

#include <string_view>

#include "wire/core/messages.hpp"

namespace portal::pam {

/// What the application's conversation gave for one prompt; wiped at its end.
class Response {
 public:
  Response() noexcept = default;
  ~Response() noexcept;
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  /// Asks `prompt`. False if there is no conversation, it failed, or it gave no answer
  /// (requirement M1).
  bool ask(pam_handle_t* handle, const wire::Prompt& prompt) noexcept;
  std::string_view text() const noexcept { return text_ == nullptr ? "" : text_; }
  /// Leaves the answer to the modules after ours in the stack, as `keep` says; libpam wipes it at
  /// the end of the application's call. False if there is no memory for it.
  bool leave(pam_handle_t* handle, wire::Keep keep) const noexcept;

 private:
  char* text_ = nullptr;
};

/// Shows a text that wants no answer. Whether that works changes nothing: OpenSSH holds such texts
/// back, ocserv drops them, MariaDB fails on them.
void show(pam_handle_t* handle, wire::Style style, std::string_view text) noexcept;

}  // namespace portal::pam
