#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>

namespace portal::ipc {

/// Counts who is connected (requirement C2). Not thread-safe.
class Admission {
 public:
  /// `total` for all; `per_uid` for each uid but root. Those who are not root never take the last
  /// quarter of `total`, so that they cannot keep sshd out.
  Admission(std::size_t total, std::size_t per_uid) : total_(total), per_uid_(per_uid) {}

  /// True if one more of `uid` may stay; then it is counted until `leave`.
  bool admit(uid_t uid);
  void leave(uid_t uid);
  std::size_t present() const noexcept { return present_; }

 private:
  std::size_t total_;
  std::size_t per_uid_;
  std::size_t present_ = 0;
  std::size_t others_ = 0;               ///< those who are not root
  std::map<uid_t, std::size_t> by_uid_;  ///< of those
};

}  // namespace portal::ipc
