#pragma once

#include <optional>
#include <string>

#include "identity/language.hpp"

namespace portal {

/// What a PAM service's clients can do, and what a login there must prove. Set by the administrator
/// (`[[pam.service]]`); the defaults suit sshd, sudo and login.
struct ServiceProfile {
  enum class Conversation {
    multi,   ///< one prompt after the other
    single,  ///< one prompt for password, separator and code: clients that can ask only once
  };

  std::string name;  ///< PAM_SERVICE; empty in the defaults
  Conversation conversation = Conversation::multi;
  /// single: stands between password and code; may be empty.
  std::string separator = ",";
  /// false: the password alone is enough here. Never the default.
  bool second_factor = true;
  /// Of the first prompt; after the password it is the person's own.
  std::optional<Language> language;
  /// Whether texts that want no answer are sent; some clients fail on them.
  bool info = true;
  /// Whether a QR code is drawn for whoever sets up an app, and how wide it may be, in characters.
  bool qr = false;
  int width = 80;
  /// The first words of the prompts, where a client matches on them; empty: by language.
  std::string password_prompt;
  std::string code_prompt;
};

}  // namespace portal
