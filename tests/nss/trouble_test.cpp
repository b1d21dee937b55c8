// Hosts that close what they do not know, run out of descriptors, change their root or fork; and
// what others do to the files.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "support/nss_module.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

Changes change(std::uint32_t number) { return {{account(number)}, {}, {}, {}}; }

/// Runs `act` in a child, whose exit code is the number of its cases that failed.
template <class Act>
void in_a_child(const Act& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/// One of several conditions, told by its number if it does not hold.
#define require_in_child(number, condition) \
  do {                                      \
    if (!(condition)) return (number);      \
  } while (false)

void assert_unavailable(const NssModule& nss, int error) {
  for (const Asked& asked : {by_name(nss, "p1"), by_uid(nss, kFirstUid + 1), by_name(nss, "x"),
                             by_group_name(nss, "g1"), by_gid(nss, kFirstGid)}) {
    assert_int_equal(asked.status, NSS_STATUS_UNAVAIL);
    assert_int_equal(asked.error, error);
  }
  long used = 0;
  long size = 0;
  gid_t* gids = nullptr;
  int told = 0;
  assert_int_equal(nss.initgroups_dyn("p1", 1, &used, &size, &gids, -1, &told), NSS_STATUS_UNAVAIL);
  assert_int_equal(told, error);
  passwd account{};
  char buffer[1'024];
  errno = 0;
  assert_int_equal(nss.setpwent(0), NSS_STATUS_UNAVAIL);
  assert_int_equal(errno, error);
  assert_int_equal(nss.getpwent_r(&account, buffer, sizeof buffer, &told), NSS_STATUS_UNAVAIL);
  assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
}

void no_snapshot_is_unavailable_at_once_until_there_is_one(void**) {
  // N1, N2
  const NssModule nss;
  const auto start = std::chrono::steady_clock::now();
  assert_unavailable(nss, ENOENT);
  std::filesystem::create_directory(kFolder);
  assert_unavailable(nss, ENOENT);
  assert_true(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  const Publisher publisher(5, rules(), kFolder);
  assert_true(by_name(nss, "p1").found());
}

void a_snapshot_outlives_its_writer_and_its_files(void**) {
  // N2
  const NssModule nss;
  {
    const Publisher publisher(5, rules(), kFolder);
    assert_true(by_name(nss, "p1").found());
  }
  assert_true(by_name(nss, "p1").found());
  const int control = open_control();
  std::filesystem::remove_all(kFolder);
  assert_true(by_name(nss, "p5").found());
  assert_int_equal(by_name(nss, "p6").status, NSS_STATUS_NOTFOUND);
  mark_dead(control);
  assert_unavailable(nss, ENOENT);
}

void damaged_files_are_unavailable_and_the_next_publication_mends_it(void**) {
  // N1, N2
  const NssModule nss;
  for (const char* name : {"control", "current", "base.1"}) {
    std::filesystem::remove_all(kFolder);
    in_a_child([&] {
      Publisher publisher(5, rules(), kFolder);
      publisher.writer.reset();
      std::filesystem::remove(publisher.file(name));
      write_content(publisher.file(name), std::string(4'096, 'x'));
      assert_unavailable(nss, EIO);
      std::filesystem::permissions(publisher.file(name), std::filesystem::perms(0666));
      assert_unavailable(nss, EACCES);
      std::filesystem::permissions(publisher.file(name), std::filesystem::perms(0644));
      publisher.open();
      publisher.publish_base();
      require_in_child(1, by_name(nss, "p1").found());
      require_in_child(2, by_name(nss, "p6").status == NSS_STATUS_NOTFOUND);
      return 0;
    });
  }
}

void no_descriptor_stays_open_and_none_is_missed(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(5, rules(), kFolder);
  const std::size_t before = open_descriptors();
  assert_true(by_name(nss, "p1").found());
  assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
  assert_int_equal(open_descriptors(), before);
  in_a_child([&] {
    // A daemon that closes all it can, and opens its own instead.
    for (int number = 0; number < 1'024; ++number) ::close(number);
    for (int i = 0; i < 16; ++i) (void)!::open("/dev/null", O_RDWR | O_CLOEXEC);
    require_in_child(1, by_name(nss, "p1").found());
    require_in_child(2, by_name(nss, "p6").status == NSS_STATUS_NOTFOUND);
    passwd account{};
    char buffer[1'024];
    int error = 0;
    require_in_child(3,
                     nss.getpwent_r(&account, buffer, sizeof buffer, &error) == NSS_STATUS_SUCCESS);
    return 0;
  });
  assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
}

void without_a_free_descriptor_what_is_mapped_is_answered(void**) {
  // N1, N2
  const NssModule nss;
  Publisher publisher(5, rules(), kFolder);
  assert_true(by_name(nss, "p1").found());
  rlimit former{};
  assert_int_equal(::getrlimit(RLIMIT_NOFILE, &former), 0);
  const rlimit none{0, former.rlim_max};
  assert_int_equal(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool found = by_name(nss, "p1").found();
  const nss_status missed = by_name(nss, "p9").status;
  assert_int_equal(::setrlimit(RLIMIT_NOFILE, &former), 0);
  assert_true(found);
  assert_int_equal(missed, NSS_STATUS_NOTFOUND);
  // What is known to be replaced is not answered: who was removed must not come back.
  got(publisher.writer->publish({{account(9)}, {}, {kFirstUid + 1}, {}}));
  assert_int_equal(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Asked gone = by_name(nss, "p1");
  assert_int_equal(::setrlimit(RLIMIT_NOFILE, &former), 0);
  assert_int_equal(gone.status, NSS_STATUS_UNAVAIL);
  assert_int_equal(gone.error, EMFILE);
  assert_true(by_name(nss, "p9").found());
  assert_int_equal(by_name(nss, "p1").status, NSS_STATUS_NOTFOUND);
}

void a_process_that_changed_its_root_is_answered_until_something_is_published(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(5, rules(), kFolder);
  assert_true(by_name(nss, "p1").found());
  const TemporaryFolder jail;
  int go[2];
  int ready[2];
  assert_int_equal(::pipe(go), 0);
  assert_int_equal(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    const bool jailed = ::chroot(jail.path().c_str()) == 0 && ::chdir("/") == 0;
    const bool warm =
        by_name(nss, "p1").found() && by_name(nss, "p9").status == NSS_STATUS_NOTFOUND;
    (void)!::write(ready[1], "x", 1);
    (void)!::read(go[0], &byte, 1);
    const Asked after = by_name(nss, "p1");
    ::_exit(jailed && warm && after.status == NSS_STATUS_UNAVAIL && after.error == ENOENT ? 0 : 1);
  }
  char byte = 0;
  assert_int_equal(::read(ready[0], &byte, 1), 1);
  got(publisher.writer->publish(change(9)));
  assert_int_equal(::write(go[1], "x", 1), 1);
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  for (const int end : {go[0], go[1], ready[0], ready[1]}) ::close(end);
}

void a_child_is_answered_right_after_fork_and_after_publications(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(5, rules(), kFolder);
  assert_true(by_name(nss, "p1").found());
  for (std::uint32_t i = 0; i < 20; ++i) {
    in_a_child([&] {
      require_in_child(1, by_name(nss, "p1").found());
      publisher.writer->publish(change(100 + i)).value();
      require_in_child(2, by_uid(nss, kFirstUid + 100 + i).found());
      require_in_child(3, mapped_snapshot_files() <= 3 + 1 + 3);  // the reader's, and the writer's
      return 0;
    });
    // The parent hears of it, too: the control file is shared.
    assert_true(by_uid(nss, kFirstUid + 100 + i).found());
    publisher.open();
  }
}

void errno_is_the_hosts_when_there_is_an_answer(void**) {
  // N1
  const NssModule nss;
  const Publisher publisher(5, rules(), kFolder);
  errno = 4711;
  assert_true(by_name(nss, "p1").found());
  assert_true(by_name(nss, "p1").found());
  assert_int_equal(errno, 4711);
}

int fresh(void**) {
  remove_snapshot();
  return 0;
}

}  // namespace

int main() {
  enter_private_host();
  const CMUnitTest tests[] = {
      cmocka_unit_test_setup(no_snapshot_is_unavailable_at_once_until_there_is_one, fresh),
      cmocka_unit_test_setup(a_snapshot_outlives_its_writer_and_its_files, fresh),
      cmocka_unit_test_setup(damaged_files_are_unavailable_and_the_next_publication_mends_it,
                             fresh),
      cmocka_unit_test_setup(no_descriptor_stays_open_and_none_is_missed, fresh),
      cmocka_unit_test_setup(without_a_free_descriptor_what_is_mapped_is_answered, fresh),
      cmocka_unit_test_setup(
          a_process_that_changed_its_root_is_answered_until_something_is_published, fresh),
      cmocka_unit_test_setup(a_child_is_answered_right_after_fork_and_after_publications, fresh),
      cmocka_unit_test_setup(errno_is_the_hosts_when_there_is_an_answer, fresh),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
