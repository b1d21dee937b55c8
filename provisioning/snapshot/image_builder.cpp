#include "snapshot/image_builder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace portal::snapshot {
namespace {

constexpr std::size_t kPending = std::size_t{1} << 20U;

/// Three slots of five are taken: then most keys stand in the first line of memory that is read.
std::uint64_t slots_for(std::size_t keys) { return keys == 0 ? 0 : keys * 5 / 3 + 1; }

Error from_errno(const std::filesystem::path& file, int error) {
  return {error == EEXIST ? Errc::conflict : Errc::unavailable,
          file.string() + ": " + std::strerror(error)};
}

/// One record, put together in memory that is used again for the next.
class RecordBytes {
 public:
  explicit RecordBytes(std::vector<std::byte>& bytes) : bytes_(bytes) { bytes_.clear(); }

  void put(const void* from, std::size_t size) {
    const auto* start = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), start, start + size);
  }
  void put_text(std::string_view text) {
    put(text.data(), text.size());
    bytes_.push_back(std::byte{0});
  }
  template <class Record>
  void finish(Record& record) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    record.head.size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &record, sizeof record);
  }

 private:
  std::vector<std::byte>& bytes_;
};

struct GoneRecord {
  RecordHead head;
  std::uint32_t unused = 0;
};

}  // namespace

ImageBuilder::ImageBuilder(FileDescriptor file, std::filesystem::path path, ImageHead head)
    : file_(std::move(file)), path_(std::move(path)), head_(std::move(head)) {
  pending_.reserve(kPending);
}

Result<ImageBuilder> ImageBuilder::create(const std::filesystem::path& file, ImageHead head) {
  if (Result<void> sound = check(head.rules); !sound) return fail(std::move(sound).error());
  FileDescriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  // Whatever the umask says: everybody looks into it.
  if (!opened || ::fchmod(opened.get(), 0644) != 0 ||
      ::lseek(opened.get(), sizeof(Header), SEEK_SET) < 0) {
    return fail(from_errno(file, errno));
  }
  return ImageBuilder(std::move(opened), file, std::move(head));
}

Result<void> ImageBuilder::flush() {
  body_.add(pending_.data(), pending_.size());
  std::size_t done = 0;
  while (done < pending_.size()) {
    const ssize_t wrote = ::write(file_.get(), pending_.data() + done, pending_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(from_errno(path_, errno));
    done += static_cast<std::size_t>(wrote);
  }
  pending_.clear();
  return {};
}

Result<void> ImageBuilder::append(const void* bytes, std::size_t size) {
  size_ += size;
  const auto* start = static_cast<const std::byte*>(bytes);
  pending_.insert(pending_.end(), start, start + size);
  return pending_.size() < kPending ? Result<void>() : flush();
}

/// Appends the record that was put together and says its place.
Result<std::uint32_t> ImageBuilder::append_record(std::size_t size) {
  const std::uint64_t place = size_ / 8;
  if (place > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::unavailable, path_.string() + " would be too large");
  }
  if (Result<void> done = append(record_.data(), size); !done) return fail(std::move(done).error());
  return static_cast<std::uint32_t>(place);
}

Result<void> ImageBuilder::add(const Account& account) {
  if (Result<void> allowed = check(account, head_.rules); !allowed) return allowed;
  const std::size_t password = account.name.size() + 1;
  const std::size_t gecos = password + sizeof kNoPassword;
  const std::size_t home = gecos + account.gecos.size() + 1;
  const std::size_t shell = home + account.home.size() + 1;

  AccountRecord record;
  record.head.kind = RecordKind::account;
  record.head.id = account.uid;
  record.gid = account.gid;
  record.alias_count = static_cast<std::uint16_t>(account.aliases.size());
  record.group_count = static_cast<std::uint16_t>(account.groups.size());
  record.password = static_cast<std::uint16_t>(password);
  record.gecos = static_cast<std::uint16_t>(gecos);
  record.home = static_cast<std::uint16_t>(home);
  record.shell = static_cast<std::uint16_t>(shell);
  record.text_size = static_cast<std::uint16_t>(shell + account.shell.size() + 1);

  RecordBytes bytes(record_);
  bytes.put(&record, sizeof record);
  bytes.put(account.aliases.data(), account.aliases.size() * kAliasSize);
  bytes.put(account.groups.data(), account.groups.size() * sizeof(std::uint32_t));
  bytes.put_text(account.name);
  bytes.put_text(kNoPassword);
  bytes.put_text(account.gecos);
  bytes.put_text(account.home);
  bytes.put_text(account.shell);
  bytes.finish(record);

  const Result<std::uint32_t> place = append_record(record_.size());
  if (!place) return fail(place.error());
  by_name_.push_back({hash_of(account.name.data(), account.name.size()), *place});
  by_uid_.push_back({hash_of_id(account.uid), *place});
  for (const AliasKey& alias : account.aliases) {
    by_alias_.push_back({hash_of(alias.data(), alias.size()), *place});
  }
  ++header_.accounts;
  return {};
}

Result<void> ImageBuilder::add(const Group& group) {
  if (Result<void> allowed = check(group, head_.rules); !allowed) return allowed;
  std::vector<std::uint32_t> offsets;
  std::uint64_t end = group.name.size() + 1 + sizeof kNoPassword;
  for (const std::string& member : group.members) {
    offsets.push_back(static_cast<std::uint32_t>(end));
    end += member.size() + 1;
  }
  if (end > std::numeric_limits<std::uint32_t>::max() / 2) {
    return fail(Errc::malformed, "group " + std::to_string(group.gid) + " has too many members");
  }
  GroupRecord record;
  record.head.kind = RecordKind::group;
  record.head.id = group.gid;
  record.member_count = static_cast<std::uint32_t>(group.members.size());
  record.password = static_cast<std::uint32_t>(group.name.size() + 1);
  record.text_size = static_cast<std::uint32_t>(end);

  RecordBytes bytes(record_);
  bytes.put(&record, sizeof record);
  bytes.put(offsets.data(), offsets.size() * sizeof(std::uint32_t));
  bytes.put_text(group.name);
  bytes.put_text(kNoPassword);
  for (const std::string& member : group.members) bytes.put_text(member);
  bytes.finish(record);

  const Result<std::uint32_t> place = append_record(record_.size());
  if (!place) return fail(place.error());
  by_group_name_.push_back({hash_of(group.name.data(), group.name.size()), *place});
  by_gid_.push_back({hash_of_id(group.gid), *place});
  ++header_.groups;
  return {};
}

Result<void> ImageBuilder::add_gone_account(std::uint32_t uid) {
  GoneRecord record{{0, RecordKind::account_gone, 0, uid}, 0};
  RecordBytes bytes(record_);
  bytes.put(&record, sizeof record);
  bytes.finish(record);
  const Result<std::uint32_t> place = append_record(record_.size());
  if (!place) return fail(place.error());
  by_uid_.push_back({hash_of_id(uid), *place});
  return {};
}

Result<void> ImageBuilder::add_gone_group(std::uint32_t gid) {
  GoneRecord record{{0, RecordKind::group_gone, 0, gid}, 0};
  RecordBytes bytes(record_);
  bytes.put(&record, sizeof record);
  bytes.finish(record);
  const Result<std::uint32_t> place = append_record(record_.size());
  if (!place) return fail(place.error());
  by_gid_.push_back({hash_of_id(gid), *place});
  return {};
}

Result<Table> ImageBuilder::append_table(const Keys& keys) {
  const std::uint64_t count = slots_for(keys.size());
  if (count > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::unavailable, path_.string() + " would have too many keys");
  }
  Table table{size_, static_cast<std::uint32_t>(count), 0};
  std::vector<Slot> slots(table.slots);
  for (const Key& key : keys) {
    std::uint32_t at = first_slot(key.hash, table.slots);
    std::uint32_t probe = 0;
    for (; slots[at].place != 0; ++probe) at = at + 1 == table.slots ? 0 : at + 1;
    slots[at] = {tag_of(key.hash), key.place};
    table.longest_probe = std::max(table.longest_probe, probe);
  }
  Result<void> done = append(slots.data(), slots.size() * sizeof(Slot));
  if (!done) return fail(std::move(done).error());
  return table;
}

Result<void> ImageBuilder::finish() {
  header_.records_end = size_;
  const std::pair<const Keys&, Table&> tables[] = {{by_name_, header_.by_name},
                                                   {by_uid_, header_.by_uid},
                                                   {by_alias_, header_.by_alias},
                                                   {by_group_name_, header_.by_group_name},
                                                   {by_gid_, header_.by_gid}};
  for (const auto& [keys, table] : tables) {
    const Result<Table> written = append_table(keys);
    if (!written) return fail(written.error());
    table = *written;
  }
  if (Result<void> done = flush(); !done) return done;

  header_.preamble.kind = head_.kind;
  header_.size = size_;
  header_.base_id = head_.base_id;
  header_.delta_number = head_.delta_number;
  header_.flags = head_.rules.enumerable ? kEnumerable : 0;
  header_.created = head_.created;
  header_.uids = head_.rules.uids;
  header_.gids = head_.rules.gids;
  header_.listed_gid_count = static_cast<std::uint32_t>(head_.rules.listed_gids.size());
  std::copy(head_.rules.listed_gids.begin(), head_.rules.listed_gids.end(), header_.listed_gids);
  std::copy(head_.salt.begin(), head_.salt.end(), header_.salt);
  header_.body_checksum = body_.value();
  header_.checksum = hash_of(&header_, offsetof(Header, checksum));
  if (::pwrite(file_.get(), &header_, sizeof header_, 0) != ssize_t{sizeof header_} ||
      ::fsync(file_.get()) != 0) {
    return fail(from_errno(path_, errno));
  }
  return {};
}

}  // namespace portal::snapshot
