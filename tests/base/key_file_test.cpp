#include "base/key_file.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/cmocka.hpp"
#include "support/temporary_folder.hpp"

using namespace portal;
using namespace portal::test;

namespace {

struct Files {
  Files() { assert_ok(generate_key_file(file)); }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  std::size_t count() const {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      (void)entry;
      ++found;
    }
    return found;
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "key";
};

void a_new_key_stands_before_the_old_ones(void**) {
  // T7
  const Files files;
  const std::string before = files.content();
  assert_ok(add_key_to_file(files.file));
  const std::string after = files.content();
  assert_true(after.ends_with(before));
  assert_int_equal(after.size(), 2 * before.size());
  const auto keys = read_key_file(files.file);
  assert_ok(keys);
  assert_int_equal(keys->size(), 2);
  assert_false((*keys)[0].equals((*keys)[1]));
  struct stat info {};
  assert_int_equal(::stat(files.file.c_str(), &info), 0);
  assert_int_equal(info.st_mode & 07777, 0600);
  assert_int_equal(files.count(), 1);
}

void the_owner_stays(void**) {
  // T7
  if (::geteuid() != 0) skip();
  const Files files;
  assert_int_equal(::chown(files.file.c_str(), 65534, 65533), 0);
  assert_ok(add_key_to_file(files.file));
  struct stat info {};
  assert_int_equal(::stat(files.file.c_str(), &info), 0);
  assert_int_equal(info.st_uid, 65534);
  assert_int_equal(info.st_gid, 65533);
  assert_int_equal(info.st_mode & 07777, 0600);
}

void a_link_stays_one(void**) {
  const Files files;
  const auto link = files.folder.path() / "link";
  std::filesystem::create_symlink("key", link);
  assert_ok(add_key_to_file(link));
  assert_true(std::filesystem::is_symlink(link));
  assert_int_equal(read_key_file(files.file)->size(), 2);
}

void a_file_that_is_not_one_stays_as_it_is(void**) {
  // T7
  const Files files;
  const auto none = files.folder.path() / "none";
  assert_error(add_key_to_file(none), Errc::not_found);
  assert_false(std::filesystem::exists(none));
  const std::string good = files.content();
  for (const std::string& bad : {std::string("something else\n"), good + "something else\n",
                                 good + good, good + "\n" + good, good.substr(0, 30), "x" + good}) {
    std::ofstream(files.file) << bad;
    assert_error(read_key_file(files.file), Errc::malformed);
    assert_error(add_key_to_file(files.file), Errc::malformed);
    assert_text(files.content(), bad);
  }
  std::ofstream(files.file) << good;
  assert_int_equal(::chmod(files.file.c_str(), 0640), 0);
  assert_error(add_key_to_file(files.file), Errc::denied);
  assert_text(files.content(), good);
  assert_int_equal(files.count(), 1);
}

void there_is_an_end_to_keys(void**) {
  const Files files;
  for (std::size_t i = 1; i < kMostMasterKeys; ++i) assert_ok(add_key_to_file(files.file));
  assert_int_equal(read_key_file(files.file)->size(), kMostMasterKeys);
  const std::string full = files.content();
  assert_error(add_key_to_file(files.file), Errc::conflict);
  assert_text(files.content(), full);
}

void two_at_the_same_time_each_add_one(void**) {
  // T7: neither overwrites the other's
  const Files files;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    assert_true(child >= 0);
    if (child == 0) ::_exit(add_key_to_file(files.file) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    assert_int_equal(::waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
  }
  assert_int_equal(read_key_file(files.file)->size(), 7);
  assert_int_equal(files.count(), 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_new_key_stands_before_the_old_ones),
      cmocka_unit_test(the_owner_stays),
      cmocka_unit_test(a_link_stays_one),
      cmocka_unit_test(a_file_that_is_not_one_stays_as_it_is),
      cmocka_unit_test(there_is_an_end_to_keys),
      cmocka_unit_test(two_at_the_same_time_each_add_one),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
