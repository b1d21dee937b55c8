#include "snapshot/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace portal::snapshot {
namespace {

constexpr mode_t kReadable = 0644;

Error from_errno(const std::filesystem::path& file, int error) {
  return {Errc::unavailable, file.string() + ": " + std::strerror(error)};
}

/// The base's id in "base.17" and "delta.17.4"; 0 in any other name.
std::uint64_t base_id_in(std::string_view name) {
  for (const std::string_view kind : {"base.", "delta."}) {
    if (!name.starts_with(kind)) continue;
    std::uint64_t id = 0;
    std::from_chars(name.data() + kind.size(), name.data() + name.size(), id);
    return id;
  }
  return 0;
}

/// Maps a control file for writing, whatever is in it; null if it is too short for one.
Control* map_control(const FileDescriptor& place) {
  const FileDescriptor file(
      ::openat(place.get(), kControlName, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::size_t>(status.st_size) < sizeof(Control)) {
    return nullptr;
  }
  void* start = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  return start == MAP_FAILED ? nullptr : static_cast<Control*>(start);
}

bool is_sound(const Control& control) {
  const Preamble& preamble = control.preamble;
  return preamble.magic == kMagic && preamble.version == kVersion &&
         preamble.kind == FileKind::control &&
         __atomic_load_n(&control.generation, __ATOMIC_ACQUIRE) != kDead;
}

void set_generation(Control& control, std::uint32_t generation) {
  __atomic_store_n(&control.generation, generation, __ATOMIC_RELEASE);
}

/// Readers take no file that others could have written.
bool is_guarded(const FileDescriptor& place) {
  const FileDescriptor file(
      ::openat(place.get(), kControlName, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  return file && ::fstat(file.get(), &status) == 0 && (status.st_mode & 0777U) == kReadable &&
         (status.st_uid == 0 || status.st_uid == ::geteuid());
}

}  // namespace

Folder::Folder(std::filesystem::path path, FileDescriptor place, FileDescriptor lock)
    : path_(std::move(path)), place_(std::move(place)), lock_(std::move(lock)) {}

Folder::Folder(Folder&& other) noexcept
    : path_(std::move(other.path_)),
      place_(std::move(other.place_)),
      lock_(std::move(other.lock_)),
      control_(std::exchange(other.control_, nullptr)) {}

Folder::~Folder() {
  if (control_ != nullptr) (void)::munmap(control_, sizeof(Control));
}

Result<Folder> Folder::open(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0755) == 0) {
    if (::chmod(path.c_str(), 0755) != 0) return fail(from_errno(path, errno));
  } else if (errno != EEXIST) {
    return fail(from_errno(path, errno));
  }
  FileDescriptor place(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) return fail(from_errno(path, errno));
  if ((status.st_mode & 022U) != 0) {
    return fail(Errc::denied, path.string() + ": others than its owner may write to it");
  }
  FileDescriptor lock(
      ::openat(place.get(), "writer.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock) return fail(from_errno(path / "writer.lock", errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(from_errno(path / "writer.lock", errno));
    return fail(Errc::conflict, path.string() + ": another process publishes here");
  }
  Folder folder(path, std::move(place), std::move(lock));
  if (Result<void> opened = folder.open_control(); !opened) return fail(std::move(opened).error());
  folder.move_generation();
  return folder;
}

Result<void> Folder::open_control() {
  control_ = map_control(place_);
  if (control_ != nullptr && is_sound(*control_) && is_guarded(place_)) return {};
  if (control_ != nullptr) {
    // Whoever maps it must hear that it is the last word from there.
    set_generation(*control_, kDead);
    (void)::munmap(std::exchange(control_, nullptr), sizeof(Control));
  }
  return replace_control();
}

Result<void> Folder::replace_control() {
  Control control;
  control.generation = 1;
  Result<void> replaced = replace_file(kControlName, &control, sizeof control);
  if (!replaced) return replaced;
  control_ = map_control(place_);
  if (control_ == nullptr) return fail(from_errno(path_ / kControlName, errno));
  return {};
}

Result<void> Folder::replace_file(const char* name, const void* bytes, std::size_t size) const {
  const std::string fresh = std::string(name) + ".new";
  (void)::unlinkat(place_.get(), fresh.c_str(), 0);
  const FileDescriptor file(
      ::openat(place_.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kReadable));
  const bool written = file && ::fchmod(file.get(), kReadable) == 0 &&
                       ::write(file.get(), bytes, size) == static_cast<ssize_t>(size) &&
                       ::fsync(file.get()) == 0 &&
                       ::renameat(place_.get(), fresh.c_str(), place_.get(), name) == 0;
  return written ? sync() : Result<void>(fail(from_errno(path_ / name, errno)));
}

Result<void> Folder::sync() const {
  if (::fsync(place_.get()) != 0) return fail(from_errno(path_, errno));
  return {};
}

Result<std::uint64_t> Folder::unused_base_id() const {
  std::error_code error;
  std::uint64_t highest = 0;
  for (auto entry = std::filesystem::directory_iterator(path_, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    highest = std::max(highest, base_id_in(entry->path().filename().native()));
  }
  if (error) return fail(Errc::unavailable, path_.string() + ": " + error.message());
  return highest + 1;
}

Result<void> Folder::point_to(std::uint64_t base_id, std::uint32_t delta_number) const {
  Manifest manifest;
  manifest.base_id = base_id;
  manifest.delta_number = delta_number;
  manifest.checksum = hash_of(&manifest, offsetof(Manifest, checksum));
  return replace_file(kManifestName, &manifest, sizeof manifest);
}

void Folder::move_generation() noexcept {
  std::uint32_t next = __atomic_load_n(&control_->generation, __ATOMIC_ACQUIRE) + 1;
  if (next == kDead) ++next;
  set_generation(*control_, next);
}

void Folder::remove_all_but(std::uint64_t base_id, std::uint32_t delta_number) const noexcept {
  const FileName base = name_of_base(base_id);
  const FileName delta = name_of_delta(base_id, delta_number);
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(path_, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().native();
    const bool is_named = name == base.text || (delta_number != 0 && name == delta.text);
    if (base_id_in(name) != 0 && !is_named) (void)::unlinkat(place_.get(), name.c_str(), 0);
  }
}

}  // namespace portal::snapshot
