#pragma once

#include <cstddef>
#include <cstdint>

// The files that NSS answers from: the one definition, for the writer and for the reader. This
// folder is the freestanding core: it is linked into libnss_portal.so.2, which has no C++ runtime,
// so nothing here throws or allocates, or needs more than libc.
//
// A folder holds
//   control          mapped by every reader; only its generation word is ever changed in place
//   current          the manifest: which base and which delta count; replaced by rename
//   base.<id>        every account and group, immutable
//   delta.<id>.<n>   all that has changed since base <id>, immutable, replaces delta n - 1
//
// base, delta = Header record* (the five tables of slots). Numbers are the host's own, in fixed
// widths: a snapshot never leaves its host. Records start at multiples of 8; a slot holds a
// record's place divided by 8, and 0 if it is empty. A record's texts end in NUL and stand packed
// as the caller of NSS wants them, so that an answer is one copy.
//
// In a delta a record replaces the base's record of the same uid or gid, whatever its name was; a
// record that is gone is one without the rest. So a look-up by name is: the delta; else the base,
// if the delta does not know the uid that was found.
namespace portal::snapshot {

#ifndef PORTAL_SNAPSHOT_DIR
#define PORTAL_SNAPSHOT_DIR "/var/lib/portald/nss"
#endif
/// Where the daemon publishes and NSS looks; nothing in a host's environment can change it.
inline constexpr const char* kFolder = PORTAL_SNAPSHOT_DIR;

inline constexpr const char* kControlName = "control";
inline constexpr const char* kManifestName = "current";

inline constexpr std::uint64_t kMagic = 0x0A53534E54524F50;  // "PORTNSS\n", if read as written
inline constexpr std::uint32_t kVersion = 1;

enum class FileKind : std::uint32_t { control = 1, manifest, base, delta };

/// What every file begins with; a host of another byte order reads another magic.
struct Preamble {
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  FileKind kind{};
};

struct Control {
  Preamble preamble{kMagic, kVersion, FileKind::control};
  /// Moves whenever the manifest does. kDead: this file was replaced, look for the new one.
  std::uint32_t generation = 0;
  std::uint32_t unused[11] = {};
};
inline constexpr std::uint32_t kDead = 0;

struct Manifest {
  Preamble preamble{kMagic, kVersion, FileKind::manifest};
  std::uint64_t base_id = 0;
  std::uint32_t delta_number = 0;  ///< 0: there is none
  std::uint32_t unused = 0;
  std::uint64_t checksum = 0;  ///< of all before
};

struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// A table of slots: open addressing, linear probing. No key is further from its first slot than
/// `longest_probe`, and no reader looks further.
struct Table {
  std::uint64_t offset = 0;
  std::uint32_t slots = 0;
  std::uint32_t longest_probe = 0;
};
struct Slot {
  std::uint32_t tag = 0;    ///< the key's hash, its lower half
  std::uint32_t place = 0;  ///< offset of the record / 8
};

inline constexpr std::uint32_t kEnumerable = 1;  ///< in Header::flags
inline constexpr std::size_t kListedGids = 30;

struct Header {
  Preamble preamble;
  std::uint64_t size = 0;  ///< of the whole file
  std::uint64_t base_id = 0;
  std::uint32_t delta_number = 0;
  std::uint32_t flags = 0;
  std::int64_t created = 0;  ///< seconds since 1970
  IdRange uids;
  IdRange gids;
  std::uint32_t listed_gid_count = 0;  ///< gids outside the range that may be published (N3)
  std::uint32_t listed_gids[kListedGids] = {};
  std::uint32_t unused = 0;
  std::uint8_t salt[16] = {};  ///< of the aliases' digests; the same in every file of a folder
  std::uint32_t accounts = 0;  ///< live ones in this file
  std::uint32_t groups = 0;
  std::uint64_t records_end = 0;  ///< records begin behind the header
  Table by_name;
  Table by_uid;
  Table by_alias;
  Table by_group_name;
  Table by_gid;
  std::uint64_t body_checksum = 0;  ///< of all behind the header
  std::uint64_t checksum = 0;       ///< of the header before this field
};

enum class RecordKind : std::uint16_t { account = 1, group, account_gone, group_gone };

struct RecordHead {
  std::uint32_t size = 0;  ///< whole, a multiple of 8
  RecordKind kind{};
  std::uint16_t unused = 0;
  std::uint32_t id = 0;  ///< uid or gid
};

inline constexpr std::size_t kAliasSize = 16;

/// Then alias digests, gids and text: name, password, GECOS, home, shell.
struct AccountRecord {
  RecordHead head;
  std::uint32_t gid = 0;
  std::uint16_t alias_count = 0;
  std::uint16_t group_count = 0;
  std::uint16_t text_size = 0;
  std::uint16_t password = 0;  ///< offsets into the text, the name being at 0
  std::uint16_t gecos = 0;
  std::uint16_t home = 0;
  std::uint16_t shell = 0;
  std::uint16_t unused = 0;
};

/// Then the members' offsets into the text (4 bytes each) and the text: name, password, members.
struct GroupRecord {
  RecordHead head;
  std::uint32_t member_count = 0;
  std::uint32_t text_size = 0;
  std::uint32_t password = 0;
};

/// What stands for a password everywhere: none matches, and none is to be looked for in a shadow
/// file.
inline constexpr char kNoPassword[] = "*";

/// Ids that no configuration can release: those of the system, and what means "nobody" or "no id".
inline constexpr std::uint32_t kFirstPersonId = 1000;
constexpr bool is_system_id(std::uint32_t id) {
  return id < kFirstPersonId || id == 65'534 || id == 65'535 || id >= 0xFFFF'FFFE;
}

static_assert(sizeof(Preamble) == 16 && sizeof(Control) == 64 && sizeof(Manifest) == 40);
static_assert(sizeof(Table) == 16 && sizeof(Slot) == 8);
static_assert(sizeof(Header) == 320 && alignof(Header) == 8);
static_assert(sizeof(RecordHead) == 12 && sizeof(AccountRecord) == 32 && sizeof(GroupRecord) == 24);

}  // namespace portal::snapshot
