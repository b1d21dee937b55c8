#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "domain/service_profile.hpp"
#include "domain/settings.hpp"
#include "identity/language.hpp"
#include "wire/core/client.hpp"

namespace portal::ipc {

/// A process that is not root and may ask for anyone, for the services that it stands for: the
/// database or web server whose PAM service it is.
struct AllowedCaller {
  uid_t uid = 0;
  std::set<std::string> services;
};

struct Settings {
  std::filesystem::path socket = wire::kDefaultSocket;
  /// Who may connect; everybody, since screen lockers and databases are not root.
  mode_t mode = 0666;
  /// A listening socket that init made, or -1: then `socket` is made, and removed at the end.
  int inherited_socket = -1;

  std::vector<AllowedCaller> allowed_callers;

  /// Connections in all. The last quarter is root's: others can never keep sshd out.
  std::size_t max_connections = 8192;
  /// Connections of one uid; root, which stands for many people, has no such limit.
  std::size_t max_per_uid = 128;
  /// Logins that are worked on at once. Each may wait for the directory and the store.
  std::size_t threads = 8;

  std::chrono::milliseconds frame_limit{10'000};          ///< for one frame (requirement C1)
  std::chrono::milliseconds conversation_limit{180'000};  ///< for the whole (requirement C1)
  /// What has waited for a thread as long as this is refused instead: the module is about to give
  /// up, and an answer must not be burnt for a login that nobody waits for.
  std::chrono::milliseconds queue_limit{20'000};
  std::chrono::milliseconds refusal_schedule = kDefaultRefusalSchedule;

  /// Services whose clients are not like sshd's; each name once.
  std::vector<ServiceProfile> services;
  /// Of the first prompt, where neither the service nor the client has one.
  Language language = Language::fr;
};

}  // namespace portal::ipc
