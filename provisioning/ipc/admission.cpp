#include "ipc/admission.hpp"

namespace portal::ipc {

bool Admission::admit(uid_t uid) {
  if (present_ >= total_) return false;
  if (uid != 0) {
    if (others_ >= total_ - total_ / 4) return false;
    const auto found = by_uid_.find(uid);
    if (found != by_uid_.end() && found->second >= per_uid_) return false;
    ++by_uid_[uid];
    ++others_;
  }
  ++present_;
  return true;
}

void Admission::leave(uid_t uid) {
  --present_;
  if (uid == 0) return;
  --others_;
  const auto found = by_uid_.find(uid);
  if (found != by_uid_.end() && --found->second == 0) by_uid_.erase(found);
}

}  // namespace portal::ipc
