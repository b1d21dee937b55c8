#include "snapshot/core/opening.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portal::snapshot {

namespace {

/// So often a publication may come between reading the manifest and opening what it names.
constexpr int kAttempts = 16;

/// What one attempt to open came to.
enum class Attempt : std::uint8_t { done, again, failed };

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) (void)::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return number_; }

 private:
  int number_;
};

Fault fault_of_open() {
  switch (errno) {
    case ENOENT: return Fault::absent;
    case ELOOP:    // a symbolic link, which the writer never makes
    case ENOTDIR:  // no folder
      return Fault::foreign;
    default: return Fault::system;
  }
}

struct Folder {
  int descriptor;
  uid_t owner;
};

bool is_guarded(const struct stat& status, uid_t owner) {
  return (status.st_uid == 0 || status.st_uid == owner) && (status.st_mode & 022U) == 0;
}

/// Opens a file of the folder for reading, if it is one that the writer wrote, and says how long it
/// is.
Fault open_file(const Folder& folder, const char* name, int& descriptor, std::size_t& size) {
  // Not to hang at what somebody else put there instead.
  descriptor =
      ::openat(folder.descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return fault_of_open();
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return Fault::system;
  if (!S_ISREG(status.st_mode) || !is_guarded(status, folder.owner)) return Fault::foreign;
  size = static_cast<std::size_t>(status.st_size);
  return static_cast<std::uint64_t>(status.st_size) == size ? Fault::none : Fault::system;
}

Fault map_file(const Folder& folder, const char* name, std::size_t least, Mapping& mapping) {
  int number = -1;
  std::size_t size = 0;
  const Fault fault = open_file(folder, name, number, size);
  const Descriptor file(number);
  if (fault != Fault::none) return fault;
  if (size < least) return Fault::damaged;
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) return Fault::system;
  mapping = {start, size};
  return Fault::none;
}

void unmap(Mapping& mapping) {
  // First forgotten, then unmapped: a child that is forked between the two must not unmap again
  // what may by then be something else's.
  const Mapping forgotten = mapping;
  mapping = {};
  if (forgotten.start != nullptr)
    (void)::munmap(const_cast<void*>(forgotten.start), forgotten.size);
}

bool is_of(const Preamble& preamble, FileKind kind) {
  return preamble.magic == kMagic && preamble.version == kVersion && preamble.kind == kind;
}

std::uint32_t generation_of(const Mapping& control) {
  const auto* file = static_cast<const Control*>(control.start);
  return __atomic_load_n(&file->generation, __ATOMIC_ACQUIRE);
}

Fault read_manifest(const Folder& folder, Manifest& manifest) {
  int number = -1;
  std::size_t size = 0;
  const Fault fault = open_file(folder, kManifestName, number, size);
  const Descriptor file(number);
  if (fault != Fault::none) return fault;
  if (size != sizeof manifest) return Fault::damaged;
  ssize_t got = -1;
  do {
    got = ::read(file.get(), &manifest, sizeof manifest);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Fault::system;
  const bool is_whole = got == sizeof manifest && is_of(manifest.preamble, FileKind::manifest) &&
                        manifest.checksum == hash_of(&manifest, offsetof(Manifest, checksum));
  return is_whole ? Fault::none : Fault::damaged;
}

/// Maps a file that the manifest names. That it is not there means that a newer manifest is.
Attempt map_image(const Folder& folder, const char* name, FileKind kind, Mapping& mapping,
                  Image& image, Fault& fault) {
  fault = map_file(folder, name, sizeof(Header), mapping);
  if (fault == Fault::absent) {
    fault = Fault::damaged;
    return Attempt::again;
  }
  if (fault == Fault::none) fault = image.open(mapping.start, mapping.size, kind);
  return fault == Fault::none ? Attempt::done : Attempt::failed;
}

Attempt map_current(const Folder& folder, Opened& opened, Fault& fault) {
  Manifest manifest;
  fault = read_manifest(folder, manifest);
  if (fault != Fault::none) return Attempt::failed;
  Image image;
  Attempt attempt = map_image(folder, name_of_base(manifest.base_id).text, FileKind::base,
                              opened.base, image, fault);
  if (attempt != Attempt::done) return attempt;
  opened.view = View(image);
  const bool is_named = image.header().base_id == manifest.base_id;
  if (manifest.delta_number != 0 && is_named) {
    attempt = map_image(folder, name_of_delta(manifest.base_id, manifest.delta_number).text,
                        FileKind::delta, opened.delta, image, fault);
    if (attempt != Attempt::done) return attempt;
    fault = opened.view.add(image);
  }
  if (!is_named || image.header().delta_number != manifest.delta_number) fault = Fault::damaged;
  return fault == Fault::none ? Attempt::done : Attempt::failed;
}

/// Once through all the files; again: something was published meanwhile.
Attempt map_once(const Folder& folder, Opened& opened, Fault& fault) {
  fault = map_file(folder, kControlName, sizeof(Control), opened.control);
  if (fault != Fault::none) return Attempt::failed;
  if (!is_of(static_cast<const Control*>(opened.control.start)->preamble, FileKind::control)) {
    fault = Fault::damaged;
    return Attempt::failed;
  }
  // What is mapped after this is at least as new; if more has come, the next look-up sees it.
  opened.generation = generation_of(opened.control);
  return map_current(folder, opened, fault);
}

Fault map_all(const Folder& folder, Opened& opened) {
  Fault fault = Fault::none;
  for (int left = kAttempts; left > 0; --left) {
    const Attempt attempt = map_once(folder, opened, fault);
    if (attempt == Attempt::failed) break;
    if (attempt == Attempt::done && (left == 1 || is_current(opened))) return Fault::none;
    // A control file that stays dead is of a writer that was killed: what is there is good all the
    // same, only that nobody will say when it no longer is.
    if (opened.generation == kDead && left > 3) left = 3;
    close_snapshot(opened);
  }
  return fault;
}

char* write_number(char* to, std::uint64_t number) {
  char digits[20];
  std::size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

}  // namespace

FileName name_of_base(std::uint64_t id) noexcept {
  FileName name{"base."};
  (void)write_number(name.text + 5, id);
  return name;
}

FileName name_of_delta(std::uint64_t base_id, std::uint32_t number) noexcept {
  FileName name{"delta."};
  char* rest = write_number(name.text + 6, base_id);
  *rest++ = '.';
  (void)write_number(rest, number);
  return name;
}

Fault open_snapshot(const char* folder, Opened& opened) noexcept {
  const int kept = errno;
  opened.control = opened.base = opened.delta = {};
  const Descriptor place(::open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (place.get() < 0) return fault_of_open();
  struct stat status {};
  if (::fstat(place.get(), &status) != 0) return Fault::system;
  if ((status.st_mode & 022U) != 0) return Fault::foreign;
  const Fault fault = map_all({place.get(), status.st_uid}, opened);
  const int reason = errno;
  if (fault != Fault::none) close_snapshot(opened);
  errno = fault == Fault::system || fault == Fault::absent ? reason : kept;
  return fault;
}

void close_snapshot(Opened& opened) noexcept {
  unmap(opened.delta);
  unmap(opened.base);
  unmap(opened.control);
}

bool is_current(const Opened& opened) noexcept {
  return opened.generation != kDead && generation_of(opened.control) == opened.generation;
}

}  // namespace portal::snapshot
