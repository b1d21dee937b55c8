// Through libc itself, on a host whose nsswitch.conf names the module.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "support/nss_module.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

const std::filesystem::path kHost = "/var/lib/host";

/// What a command prints; its exit code's line comes last.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(("exec 2>&1; " + command + "; echo $?").c_str(), "r");
  assert_non_null(pipe);
  std::string output;
  std::array<char, 4'096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) {
    output.append(piece.data(), got);
  }
  ::pclose(pipe);
  return output;
}

void mount_over(const std::filesystem::path& file, const char* over) {
  if (::mount(file.c_str(), over, nullptr, MS_BIND, nullptr) != 0) {
    std::perror(over);
    std::exit(1);
  }
}

/// nsswitch.conf, and where libc finds the module, also for setuid programs.
void furnish_host() {
  std::filesystem::create_directories(kHost / "lib");
  std::filesystem::copy_file(PORTAL_NSS_MODULE, kHost / "lib/libnss_portal.so.2");
  write_content(kHost / "nsswitch.conf", "passwd: files portal\ngroup: files portal\n");
  mount_over(kHost / "nsswitch.conf", "/etc/nsswitch.conf");
  const std::string cache = kHost / "ld.so.cache";
  const std::string told =
      output_of("/sbin/ldconfig -X -C " + cache + " " + (kHost / "lib").string());
  if (!told.ends_with("0\n")) {
    std::fputs(told.c_str(), stderr);
    std::exit(1);
  }
  mount_over(cache, "/etc/ld.so.cache");
}

void getent_answers_accounts_and_groups(void**) {
  // N1, N3
  const Publisher publisher(20, rules(), kFolder);
  const std::string seven = "p7:*:200007:300000:Person 7:/srv/people/p7:/bin/sh\n";
  assert_text(output_of("getent passwd p7"), seven + "0\n");
  assert_text(output_of("getent passwd 200007"), seven + "0\n");
  assert_text(output_of("getent passwd p7@example.ch"), seven + "0\n");
  assert_text(output_of("getent passwd p21"), "2\n");
  assert_text(output_of("getent passwd 200021"), "2\n");
  assert_text(output_of("getent group g0"), "g0:*:300000:\n0\n");
  assert_text(output_of("getent group 300001 | tr -cd , | wc -c"), "19\n0\n");
  assert_text(output_of("id p7"),
              "uid=200007(p7) gid=300000(g0) groups=300000(g0),300001(g1),300002(g2)\n0\n");
  assert_text(output_of("getent passwd root | cut -d: -f1,3"), "root:0\n0\n");
}

void enumeration_is_the_snapshots_to_allow(void**) {
  // N4
  {
    const Publisher publisher(300, rules(), kFolder);
    assert_text(output_of("getent passwd | grep -c '^p[0-9]'"), "300\n0\n");
    assert_text(output_of("getent group | grep -c '^g[0-9]'"), "3\n0\n");
  }
  Rules silent = rules();
  silent.enumerable = false;
  const Publisher publisher(300, silent, kFolder);
  assert_text(output_of("getent passwd | grep -c '^p[0-9]'"), "0\n1\n");
  assert_text(output_of("getent passwd p300 | cut -d: -f1"), "p300\n0\n");
}

void a_change_is_answered_at_once(void**) {
  // N2
  Publisher publisher(3, rules(), kFolder);
  passwd account{};
  passwd* found = nullptr;
  std::array<char, 1'024> buffer{};
  const auto ask = [&](const char* name) {
    const int error = ::getpwnam_r(name, &account, buffer.data(), buffer.size(), &found);
    assert_int_equal(error, 0);
    return found != nullptr;
  };
  // This process's own libc read its nsswitch.conf after the host was furnished.
  assert_true(ask("p3"));
  assert_false(ask("p4"));
  got(publisher.writer->publish({{test::account(4)}, {}, {kFirstUid + 3}, {}}));
  assert_true(ask("p4"));
  assert_false(ask("p3"));
}

void a_large_group_makes_libc_take_a_larger_buffer(void**) {
  // N1
  const Publisher publisher(20'000, rules(), kFolder);
  assert_text(output_of("getent group g1 | tr , '\\n' | wc -l"), "20000\n0\n");
  assert_text(output_of("getent passwd p20000 | cut -d: -f3"), "220000\n0\n");
}

void a_setuid_program_with_a_hostile_environment_is_answered(void**) {
  // N2, N3
  const Publisher publisher(20, rules(), kFolder);
  const std::filesystem::path program = kHost / "id";
  std::filesystem::copy_file("/usr/bin/id", program,
                             std::filesystem::copy_options::overwrite_existing);
  assert_int_equal(::chmod(program.c_str(), 04755), 0);
  // A snapshot of the attacker's, in which p7 is somebody else.
  const Publisher theirs(3, rules(), kHost / "theirs");
  const std::string hostile =
      "PORTAL_SNAPSHOT_DIR=/var/lib/host/theirs LD_LIBRARY_PATH=/var/lib/host/theirs "
      "NSS_WRAPPER_PASSWD=/dev/null TMPDIR=/nowhere HOME=/var/lib/host/theirs "
      "GCONV_PATH=/var/lib/host/theirs LOCALDOMAIN=x MALLOC_PERTURB_=85 ";
  assert_text(output_of(hostile + "setpriv --reuid 65534 --regid 65534 --clear-groups " +
                        program.string() + " p7"),
              "uid=200007(p7) gid=300000(g0) groups=300000(g0),300001(g1),300002(g2)\n0\n");
}

void without_a_snapshot_the_rest_of_the_host_is_answered(void**) {
  // N2
  assert_text(output_of("getent passwd p7"), "2\n");
  assert_text(output_of("getent passwd root | cut -d: -f1"), "root\n0\n");
  assert_text(output_of("id -un"), "root\n0\n");
}

int fresh(void**) {
  remove_snapshot();
  std::filesystem::remove_all(kHost / "theirs");
  return 0;
}

}  // namespace

int main() {
  enter_private_host();
  furnish_host();
  const CMUnitTest tests[] = {
      cmocka_unit_test_setup(getent_answers_accounts_and_groups, fresh),
      cmocka_unit_test_setup(enumeration_is_the_snapshots_to_allow, fresh),
      cmocka_unit_test_setup(a_change_is_answered_at_once, fresh),
      cmocka_unit_test_setup(a_large_group_makes_libc_take_a_larger_buffer, fresh),
      cmocka_unit_test_setup(a_setuid_program_with_a_hostile_environment_is_answered, fresh),
      cmocka_unit_test_setup(without_a_snapshot_the_rest_of_the_host_is_answered, fresh),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
