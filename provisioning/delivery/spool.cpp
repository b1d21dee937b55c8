#include "delivery/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/random.hpp"
#include "delivery/json.hpp"
#include "delivery/mail_encoding.hpp"

namespace portal {
namespace {

Error from_errno(const std::filesystem::path& path, std::string_view act) {
  return Error{Errc::unavailable,
               std::string(act) + " " + path.string() + ": " + std::strerror(errno)};
}

Result<void> prepare_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(from_errno(folder, "making"));
  }
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return fail(from_errno(folder, "looking at"));
  if (!S_ISDIR(info.st_mode)) return fail(Errc::denied, folder.string() + " is not a folder");
  if ((info.st_mode & S_IWOTH) != 0) {
    return fail(Errc::denied, "others may write into " + folder.string() + "; chmod o-w");
  }
  return {};
}

/// Removes what a crash left half-written: it may hold a code. What is young may be another
/// process's work; what cannot be removed now is tried again at the next start.
void remove_old_drafts(const std::filesystem::path& folder) {
  constexpr std::chrono::hours old(1);
  const auto now = std::filesystem::file_time_type::clock::now();
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().native().starts_with('.')) continue;
    const auto written = entry.last_write_time(ignored);
    if (!ignored && now - written > old) std::filesystem::remove(entry.path(), ignored);
  }
}

/// Makes a rename in the folder survive a power cut.
Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(from_errno(folder, "syncing"));
  return {};
}

/// An id becomes part of a file name and of a Message-ID.
bool is_harmless_name(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

Result<Spool> Spool::open(SpoolSettings settings) {
  Result<Letterheads> letterheads = Letterheads::parse(settings.letterheads);
  if (!letterheads) return fail(std::move(letterheads).error());
  if (Result<void> ready = prepare_folder(settings.folder); !ready) {
    return fail(std::move(ready).error());
  }
  remove_old_drafts(settings.folder);
  return Spool(std::move(settings.folder), std::move(*letterheads));
}

Result<void> Spool::send(const OutgoingMail& mail) {
  const Result<Secret> message = letterheads_.compose(mail);
  if (!message) return fail(message.error());
  return place(mail.id, mail.created, ".eml", *message);
}

Result<void> Spool::send(const OutgoingSms& sms) {
  const Secret content = json_object({{"id", sms.id.text()},
                                      {"portal", sms.portal.text()},
                                      {"number", sms.recipient.e164()},
                                      {"text", sms.text.reveal()},
                                      {"time", iso_time(sms.created)},
                                      {"expires", iso_time(sms.expires)}});
  return place(sms.id, sms.created, ".sms.json", content);
}

Result<void> Spool::place(const MessageId& id, UtcTime created, std::string_view ending,
                          const Secret& content) const {
  if (!is_harmless_name(id.text())) return fail(Errc::malformed, "message id: not a file name");
  const std::string name =
      std::to_string(to_millis(created)) + "-" + id.text() + std::string(ending);
  // A name of its own: when a lease ran out, two workers may write the same message.
  const std::filesystem::path draft = folder_ / ("." + name + "." + random_identifier());
  Result<void> placed = create_private_file(draft, content.reveal());
  if (placed && ::rename(draft.c_str(), (folder_ / name).c_str()) != 0) {
    placed = fail(from_errno(folder_ / name, "placing"));
  }
  if (!placed) {
    ::unlink(draft.c_str());
    return fail(Errc::unavailable, std::move(placed).error().detail);
  }
  return sync_folder(folder_);
}

}  // namespace portal
