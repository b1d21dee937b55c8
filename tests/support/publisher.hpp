#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/verification.hpp"
#include "snapshot/writer.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

namespace portal::test {

using namespace portal::snapshot;

inline constexpr std::uint32_t kFirstUid = 200'000;
inline constexpr std::uint32_t kFirstGid = 300'000;

inline Rules rules() { return {{kFirstUid, 299'999}, {kFirstGid, 399'999}, {27}, true}; }

/// The account number `number`, in two groups.
inline Account account(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return {"p" + digits,
          kFirstUid + number,
          kFirstGid,
          "Person " + digits,
          "/srv/people/p" + digits,
          "/bin/sh",
          {kFirstGid + 1, kFirstGid + 2},
          {}};
}

inline Group team(std::uint32_t number, std::vector<std::string> members = {}) {
  return {"g" + std::to_string(number), kFirstGid + number, std::move(members)};
}

template <class T>
T got(Result<T> result) {
  assert_ok(result);
  return std::move(*result);
}

/// A folder with a writer and a few people in a first base: accounts 1 to `people`, groups 0 to 2.
class Publisher {
 public:
  /// Publishes in `folder`, or if there is none in a temporary one.
  explicit Publisher(std::uint32_t people = 5, Rules allowed = rules(),
                     std::filesystem::path folder = {})
      : people_(people), rules_(std::move(allowed)), folder_(std::move(folder)) {
    open();
    publish_base();
  }

  void open(std::function<void(std::string_view)> after_step = {}) {
    writer.reset();
    writer.emplace(got(SnapshotWriter::open({path(), rules_, std::move(after_step)})));
  }
  Published publish_base() {
    return got(writer->publish_base([this](RecordSink& sink) -> Result<void> {
      std::vector<std::string> members;
      for (std::uint32_t number = 1; number <= people_; ++number) {
        Account person = account(number);
        person.aliases = {writer->alias_key(person.name + "@example.ch")};
        if (Result<void> added = sink.add(person); !added) return added;
        members.push_back(person.name);
      }
      Result<void> added = sink.add(team(0));
      if (added) added = sink.add(team(1, members));
      return added ? sink.add(team(2, members)) : added;
    }));
  }

  OpenedSnapshot opened() const { return got(OpenedSnapshot::open(path())); }
  std::filesystem::path path() const {
    return folder_.empty() ? temporary_.path() / "nss" : folder_;
  }
  std::filesystem::path file(const char* name) const { return path() / name; }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::uint32_t people_;
  Rules rules_;
  std::filesystem::path folder_;
  TemporaryFolder temporary_;

 public:
  std::optional<SnapshotWriter> writer;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_content(const std::filesystem::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// All live accounts, in the order of their uids.
inline std::vector<Account> accounts_in(const View& view) {
  std::vector<Account> all;
  Cursor cursor;
  AccountView found;
  Found more = view.next(cursor, found);
  for (; more == Found::yes; more = view.next(cursor, found)) all.push_back(account_from(found));
  assert_true(more == Found::no);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
  return all;
}

inline std::vector<Group> groups_in(const View& view) {
  std::vector<Group> all;
  Cursor cursor;
  GroupView found;
  Found more = view.next(cursor, found);
  for (; more == Found::yes; more = view.next(cursor, found)) all.push_back(group_from(found));
  assert_true(more == Found::no);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.gid < b.gid; });
  return all;
}

}  // namespace portal::test
