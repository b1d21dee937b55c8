#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "fixture.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// A file system of 2 MB that only this process sees; needs root.
class SmallDisk {
 public:
  SmallDisk() {
    assert_int_equal(::unshare(CLONE_NEWNS), 0);
    assert_int_equal(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    assert_int_equal(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=2m"), 0);
  }
  ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

constexpr auto append = [](Transaction& t) {
  AuditEvent event;
  event.what = "login.granted";
  event.reason = std::string(2000, 'x');
  return t.audit().append(event);
};

void a_full_disk_is_unavailable_and_recovers(void**) {
  // J3, R13
  if (::geteuid() != 0) skip();
  const SmallDisk disk;
  const std::filesystem::path ballast = disk.path() / "ballast";
  std::ofstream(ballast) << std::string(600'000, 'x');
  {
    StoreFixture f(disk.path());
    std::size_t written = 0;
    Result<void> done;
    while ((done = f.store->write("test.write", append))) ++written;
    assert_error(done, Errc::unavailable);
    assert_true(written > 10);
    assert_error(f.store->write("test.write", append), Errc::unavailable);
    f.read([&](Transaction& t) {
      assert_int_equal(got(t.audit().read(0, 10'000)).size(), written);
      assert_int_equal(got(t.audit().verify()), 0);
    });
    std::filesystem::remove(ballast);
    got(f.store->write("test.write", append));
    f.read([&](Transaction& t) {
      assert_int_equal(got(t.audit().read(0, 10'000)).size(), written + 1);
      assert_int_equal(got(t.audit().verify()), 0);
    });
  }
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_full_disk_is_unavailable_and_recovers),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
