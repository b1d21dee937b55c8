#include "snapshot/writer.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>

#include "snapshot/delta.hpp"
#include "snapshot/image_builder.hpp"
#include "snapshot/verification.hpp"

namespace portal::snapshot {
namespace {

constexpr std::uint64_t kLargestDelta = std::uint64_t{512} << 10U;

class BuilderSink final : public RecordSink {
 public:
  explicit BuilderSink(ImageBuilder& builder) : builder_(builder) {}
  Result<void> add(const Account& account) override { return builder_.add(account); }
  Result<void> add(const Group& group) override { return builder_.add(group); }

 private:
  ImageBuilder& builder_;
};

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

/// Reads a file as NSS will, and all of it. Its size.
Result<std::uint64_t> verified_size(const std::filesystem::path& path, bool is_delta) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail(Errc::unavailable, path.string() + ": " + std::strerror(errno));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) return fail(Errc::unavailable, path.string() + " cannot be mapped");
  Image image;
  const Fault fault = image.open(start, size, is_delta ? FileKind::delta : FileKind::base);
  Result<void> sound =
      fault == Fault::none ? verify_image(image) : fail(Errc::internal, "the header is not sound");
  (void)::munmap(start, size);
  if (!sound) return fail(std::move(sound).error());
  return size;
}

template <class Record, class Value>
Result<void> copy_all(const View& view, RecordSink& sink, Value (*value_of)(const Record&)) {
  Cursor cursor;
  Record record;
  for (;;) {
    switch (view.next(cursor, record)) {
      case Found::yes: break;
      case Found::no: return {};
      case Found::damaged: return fail(Errc::malformed, "what is published is damaged");
    }
    if (Result<void> added = sink.add(value_of(record)); !added) return added;
  }
}

bool are_those_of(const Header& header, const Rules& rules) {
  const std::span<const std::uint32_t> listed(header.listed_gids, header.listed_gid_count);
  return header.uids.first == rules.uids.first && header.uids.last == rules.uids.last &&
         header.gids.first == rules.gids.first && header.gids.last == rules.gids.last &&
         ((header.flags & kEnumerable) != 0) == rules.enumerable &&
         std::ranges::equal(listed, rules.listed_gids);
}

Result<void> write_delta(const Delta& delta, ImageBuilder& builder) {
  for (const auto& [uid, account] : delta.accounts) {
    Result<void> added = account ? builder.add(*account) : builder.add_gone_account(uid);
    if (!added) return added;
  }
  for (const auto& [gid, group] : delta.groups) {
    Result<void> added = group ? builder.add(*group) : builder.add_gone_group(gid);
    if (!added) return added;
  }
  return builder.finish();
}

}  // namespace

/// A file that nobody points to yet; removed if it comes to nothing.
class SnapshotWriter::Unpublished {
 public:
  explicit Unpublished(std::filesystem::path file) : file_(std::move(file)) {
    (void)::unlink(file_.c_str());  // of a writer that was killed
  }
  Unpublished(const Unpublished&) = delete;
  Unpublished& operator=(const Unpublished&) = delete;
  ~Unpublished() {
    if (!kept_) (void)::unlink(file_.c_str());
  }
  const std::filesystem::path& file() const { return file_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path file_;
  bool kept_ = false;
};

SnapshotWriter::SnapshotWriter(Options options, Folder folder, Salt salt)
    : options_(std::move(options)), folder_(std::move(folder)), salt_(salt) {}

Result<SnapshotWriter> SnapshotWriter::open(Options options) {
  if (Result<void> sound = check(options.rules); !sound) return fail(std::move(sound).error());
  Result<Folder> folder = Folder::open(options.folder);
  if (!folder) return fail(std::move(folder).error());
  Salt salt{};
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) {
    return fail(Errc::unavailable, "no random bytes");
  }
  SnapshotWriter writer(std::move(options), std::move(*folder), salt);
  Result<OpenedSnapshot> current = OpenedSnapshot::open(writer.options_.folder);
  if (!current) return writer;
  const Header& header = current->view().newest().header();
  std::copy(std::begin(header.salt), std::end(header.salt), writer.salt_.begin());
  writer.folder_.remove_all_but(header.base_id, header.delta_number);
  // A delta says nothing of what stands in the base and is not allowed any more.
  if (are_those_of(header, writer.options_.rules)) writer.current_ = std::move(*current);
  return writer;
}

void SnapshotWriter::step(std::string_view name) const {
  if (options_.after_step) options_.after_step(name);
}

AliasKey SnapshotWriter::alias_key(std::string_view address) const noexcept {
  std::uint8_t salt[16];
  std::copy(salt_.begin(), salt_.end(), salt);
  const AliasDigest digest = digest_of_alias(salt, address.data(), address.size());
  AliasKey key;
  std::copy(std::begin(digest.bytes), std::end(digest.bytes), key.begin());
  return key;
}

Result<Published> SnapshotWriter::publish_base(FunctionRef<Result<void>(RecordSink&)> fill) {
  const Result<std::uint64_t> id = folder_.unused_base_id();
  if (!id) return fail(id.error());
  Unpublished unpublished(folder_.path() / name_of_base(*id).text);
  Result<ImageBuilder> builder = ImageBuilder::create(
      unpublished.file(), {FileKind::base, *id, 0, salt_, now(), options_.rules});
  if (!builder) return fail(std::move(builder).error());
  step("file made");
  BuilderSink sink(*builder);
  Result<void> written = fill(sink);
  if (written) written = builder->finish();
  if (!written) return fail(std::move(written).error());
  return publish_file(unpublished, *id, 0);
}

Result<Published> SnapshotWriter::publish(const Changes& changes) {
  if (!current_) return fail(Errc::not_found, "there is no base to change");
  Result<Delta> delta = delta_of(current_->view());
  if (!delta) return fail(std::move(delta).error());
  for (const Account& account : changes.accounts) {
    if (Result<void> ok = check(account, options_.rules); !ok) return fail(std::move(ok).error());
  }
  for (const Group& group : changes.groups) {
    if (Result<void> ok = check(group, options_.rules); !ok) return fail(std::move(ok).error());
  }
  const Result<bool> differs = apply(changes, *current_, *delta);
  if (!differs) return fail(differs.error());
  const Header& header = current_->view().newest().header();
  if (!*differs) return Published{header.base_id, header.delta_number, 0};
  if (Result<void> free = check_names(current_->view(), *delta); !free) {
    return fail(std::move(free).error());
  }
  const std::uint64_t base_id = header.base_id;
  const std::uint32_t number = header.delta_number + 1;
  Unpublished unpublished(folder_.path() / name_of_delta(base_id, number).text);
  Result<ImageBuilder> builder = ImageBuilder::create(
      unpublished.file(), {FileKind::delta, base_id, number, salt_, now(), options_.rules});
  if (!builder) return fail(std::move(builder).error());
  step("file made");
  if (Result<void> written = write_delta(*delta, *builder); !written) {
    return fail(std::move(written).error());
  }
  return publish_file(unpublished, base_id, number);
}

Result<Published> SnapshotWriter::publish_file(Unpublished& file, std::uint64_t base_id,
                                               std::uint32_t delta_number) {
  step("file durable");
  const Result<std::uint64_t> bytes = verified_size(file.file(), delta_number != 0);
  if (!bytes) return fail(bytes.error());
  if (Result<void> synced = folder_.sync(); !synced) return fail(std::move(synced).error());
  step("file verified");
  file.keep();  // from here on the manifest may name it, whatever else fails
  current_.reset();
  if (Result<void> done = folder_.point_to(base_id, delta_number); !done) {
    return fail(std::move(done).error());
  }
  step("manifest renamed");
  folder_.move_generation();
  step("generation moved");
  Result<OpenedSnapshot> current = OpenedSnapshot::open(options_.folder);
  if (!current) return fail(std::move(current).error());
  current_ = std::move(*current);
  folder_.remove_all_but(base_id, delta_number);
  step("old files removed");
  return Published{base_id, delta_number, *bytes};
}

bool SnapshotWriter::wants_merge() const noexcept {
  return current_ && current_->view().delta() != nullptr &&
         current_->view().delta()->header().size > kLargestDelta;
}

Result<Published> SnapshotWriter::merge() {
  if (!current_) return fail(Errc::not_found, "there is no base to merge into");
  const View& view = current_->view();
  return publish_base([&](RecordSink& sink) -> Result<void> {
    Result<void> copied = copy_all<AccountView, Account>(view, sink, account_from);
    return copied ? copy_all<GroupView, Group>(view, sink, group_from) : copied;
  });
}

}  // namespace portal::snapshot
