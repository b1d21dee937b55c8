// What libnss_portal.so.2 says to libc.

#include <unistd.h>

#include <cstring>

#include "support/nss_module.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

struct Host {
  Publisher publisher{20, rules(), kFolder};
  NssModule nss;
};

void an_account_is_answered_by_name_uid_and_address(void**) {
  // N3
  const Host host;
  for (const Asked& asked : {by_name(host.nss, "p7"), by_uid(host.nss, kFirstUid + 7),
                             by_name(host.nss, "p7@example.ch")}) {
    assert_int_equal(asked.status, NSS_STATUS_SUCCESS);
    assert_string_equal(asked.account.pw_name, "p7");
    assert_string_equal(asked.account.pw_passwd, "*");
    assert_int_equal(asked.account.pw_uid, kFirstUid + 7);
    assert_int_equal(asked.account.pw_gid, kFirstGid);
    assert_string_equal(asked.account.pw_gecos, "Person 7");
    assert_string_equal(asked.account.pw_dir, "/srv/people/p7");
    assert_string_equal(asked.account.pw_shell, "/bin/sh");
  }
}

void a_group_is_answered_with_its_members(void**) {
  // N3
  const Host host;
  for (const Asked& asked : {by_group_name(host.nss, "g1"), by_gid(host.nss, kFirstGid + 1)}) {
    assert_int_equal(asked.status, NSS_STATUS_SUCCESS);
    assert_string_equal(asked.members.gr_name, "g1");
    assert_string_equal(asked.members.gr_passwd, "*");
    assert_int_equal(asked.members.gr_gid, kFirstGid + 1);
    for (std::size_t i = 0; i < 20; ++i) {
      assert_string_equal(asked.members.gr_mem[i], ("p" + std::to_string(i + 1)).c_str());
    }
    assert_null(asked.members.gr_mem[20]);
  }
  assert_null(by_gid(host.nss, kFirstGid).members.gr_mem[0]);
}

void who_is_not_there_is_not_found(void**) {
  // N1, N3
  const Host host;
  for (const Asked& asked :
       {by_name(host.nss, "nobody-of-ours"), by_name(host.nss, ""), by_name(host.nss, "root"),
        by_name(host.nss, std::string(1'000'000, 'x')), by_name(host.nss, "x@example.ch"),
        by_uid(host.nss, 0), by_uid(host.nss, 999), by_uid(host.nss, kFirstUid + 21),
        by_uid(host.nss, static_cast<uid_t>(-1)), by_group_name(host.nss, "sudo"),
        by_gid(host.nss, 0), by_gid(host.nss, 27), by_gid(host.nss, kFirstGid + 3)}) {
    assert_int_equal(asked.status, NSS_STATUS_NOTFOUND);
    assert_int_equal(asked.error, ENOENT);
  }
}

/// Calls with a buffer of each size up to one that is large enough, at each alignment, between
/// bytes that must not be touched.
template <class Call>
void with_every_buffer(const Call& call, std::size_t largest) {
  for (std::size_t shift = 0; shift < 16; ++shift) {
    std::size_t enough = 0;
    for (std::size_t size = 0; size <= largest; ++size) {
      std::vector<char> memory(shift + size + 64, '\x5A');
      int error = 0;
      const nss_status status = call(memory.data() + shift, size, &error);
      const bool fits = status == NSS_STATUS_SUCCESS;
      assert_true(fits || (status == NSS_STATUS_TRYAGAIN && error == ERANGE));
      if (fits && enough == 0) enough = size;
      assert_int_equal(fits, enough != 0);  // once it fits, it fits larger ones
      const std::size_t touched = fits ? size : 0;
      for (std::size_t i = 0; i < shift; ++i) assert_int_equal(memory[i], '\x5A');
      for (std::size_t i = shift + touched; i < memory.size(); ++i) {
        assert_int_equal(memory[i], '\x5A');
      }
    }
    assert_true(enough > 0);
  }
}

void a_small_buffer_of_any_size_and_alignment_is_said_to_be_small_and_not_touched(void**) {
  // N1
  const Host host;
  passwd account{};
  group members{};
  with_every_buffer(
      [&](char* buffer, std::size_t size, int* error) {
        const nss_status status = host.nss.getpwnam_r("p7", &account, buffer, size, error);
        if (status == NSS_STATUS_SUCCESS) assert_string_equal(account.pw_shell, "/bin/sh");
        return status;
      },
      64);
  with_every_buffer(
      [&](char* buffer, std::size_t size, int* error) {
        return host.nss.getpwuid_r(kFirstUid + 7, &account, buffer, size, error);
      },
      64);
  with_every_buffer(
      [&](char* buffer, std::size_t size, int* error) {
        const nss_status status = host.nss.getgrnam_r("g1", &members, buffer, size, error);
        if (status == NSS_STATUS_SUCCESS) {
          assert_int_equal(reinterpret_cast<std::uintptr_t>(members.gr_mem) % alignof(char*), 0);
          assert_string_equal(members.gr_mem[19], "p20");
        }
        return status;
      },
      320);
  with_every_buffer(
      [&](char* buffer, std::size_t size, int* error) {
        return host.nss.getgrgid_r(kFirstGid, &members, buffer, size, error);
      },
      64);
}

/// libc's list before a call: room for `size`, of which `used` are there.
struct GidList {
  long used;
  long size;
  gid_t* gids;

  GidList(long used_before, long size_before)
      : used(used_before),
        size(size_before),
        gids(static_cast<gid_t*>(
            std::calloc(static_cast<std::size_t>(size_before) + 1, sizeof(gid_t)))) {}
  GidList(const GidList&) = delete;
  GidList& operator=(const GidList&) = delete;
  ~GidList() { std::free(gids); }

  nss_status ask(const NssModule& nss, const char* user, gid_t primary, long limit, int* error) {
    return nss.initgroups_dyn(user, primary, &used, &size, &gids, limit, error);
  }
};

void initgroups_grows_the_list_and_keeps_what_is_in_it(void**) {
  // N1
  Host host;
  Account joiner = account(30);
  joiner.groups.clear();
  for (gid_t gid = 1; gid <= 1'000; ++gid) joiner.groups.push_back(kFirstGid + gid);
  got(host.publisher.writer->publish({{joiner}, {}, {}, {}}));
  for (const long size : {0L, 1L, 2L, 16L, 1'000L, 5'000L}) {
    GidList list(size > 0 ? 1 : 0, size);
    if (size > 0) list.gids[0] = 42;
    int error = 0;
    const long before = list.used;
    assert_int_equal(list.ask(host.nss, "p30", kFirstGid, -1, &error), NSS_STATUS_SUCCESS);
    assert_int_equal(list.used, before + 1'000);
    assert_true(list.size >= list.used);
    if (size > 0) assert_int_equal(list.gids[0], 42);
    for (gid_t i = 0; i < 1'000; ++i) {
      assert_int_equal(list.gids[before + static_cast<long>(i)], kFirstGid + 1 + i);
    }
  }
}

void initgroups_honours_its_limit_and_leaves_the_primary_group_out(void**) {
  // N1
  Host host;
  Account joiner = account(30);
  joiner.groups.clear();
  for (gid_t gid = 1; gid <= 100; ++gid) joiner.groups.push_back(kFirstGid + gid);
  got(host.publisher.writer->publish({{joiner}, {}, {}, {}}));
  for (const long limit : {1L, 2L, 3L, 7L, 99L}) {
    for (const long size : {1L, limit}) {
      GidList list(1, size);
      int error = 0;
      assert_int_equal(list.ask(host.nss, "p30", kFirstGid, limit, &error), NSS_STATUS_SUCCESS);
      assert_int_equal(list.used, limit);
      assert_int_equal(list.size, limit);
    }
  }
  GidList list(0, 4);
  int error = 0;
  assert_int_equal(list.ask(host.nss, "p30", kFirstGid + 50, 0, &error), NSS_STATUS_SUCCESS);
  assert_int_equal(list.used, 99);
  for (long i = 0; i < list.used; ++i) assert_int_not_equal(list.gids[i], kFirstGid + 50);
  assert_int_equal(list.ask(host.nss, "root", 0, -1, &error), NSS_STATUS_NOTFOUND);
  assert_int_equal(error, ENOENT);
  assert_int_equal(list.used, 99);
}

std::vector<std::string> names_enumerated(const NssModule& nss, std::size_t buffer_size = 1'024) {
  std::vector<std::string> names;
  std::vector<char> buffer(buffer_size);
  passwd account{};
  int error = 0;
  assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
  for (;;) {
    const nss_status status = nss.getpwent_r(&account, buffer.data(), buffer.size(), &error);
    if (status == NSS_STATUS_TRYAGAIN) {
      assert_int_equal(error, ERANGE);
      buffer.resize(buffer.size() + 1);  // the same one comes again
      continue;
    }
    if (status != NSS_STATUS_SUCCESS) {
      assert_int_equal(status, NSS_STATUS_NOTFOUND);
      break;
    }
    names.emplace_back(account.pw_name);
  }
  assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
  std::sort(names.begin(), names.end());
  return names;
}

void an_enumeration_names_each_once_also_with_small_buffers(void**) {
  // N1, N4
  Host host;
  Account renamed = account(2);
  renamed.name = "other";
  got(host.publisher.writer->publish({{renamed, account(40)}, {}, {kFirstUid + 3}, {}}));
  const std::vector<std::string> names = names_enumerated(host.nss);
  assert_int_equal(names.size(), 20);
  assert_true(std::adjacent_find(names.begin(), names.end()) == names.end());
  assert_true(std::count(names.begin(), names.end(), "other") == 1);
  assert_true(std::count(names.begin(), names.end(), "p2") == 0);
  assert_true(std::count(names.begin(), names.end(), "p3") == 0);
  assert_true(names_enumerated(host.nss, 0) == names);
  int error = 0;
  group members{};
  std::vector<char> buffer(4'096);
  assert_int_equal(host.nss.setgrent(1), NSS_STATUS_SUCCESS);
  int groups = 0;
  while (host.nss.getgrent_r(&members, buffer.data(), buffer.size(), &error) ==
         NSS_STATUS_SUCCESS) {
    ++groups;
  }
  assert_int_equal(groups, 3);
  assert_int_equal(error, ENOENT);
  assert_int_equal(host.nss.endgrent(), NSS_STATUS_SUCCESS);
}

void an_enumeration_keeps_to_one_snapshot(void**) {
  // N2
  Host host;
  passwd account{};
  std::vector<char> buffer(1'024);
  int error = 0;
  assert_int_equal(host.nss.setpwent(0), NSS_STATUS_SUCCESS);
  int count = 0;
  while (host.nss.getpwent_r(&account, buffer.data(), buffer.size(), &error) ==
         NSS_STATUS_SUCCESS) {
    ++count;
    got(host.publisher.writer->publish(
        {{test::account(100 + static_cast<std::uint32_t>(count))}, {}, {}, {}}));
    if (count % 5 == 0) got(host.publisher.writer->merge());
  }
  assert_int_equal(count, 20);
  assert_int_equal(host.nss.endpwent(), NSS_STATUS_SUCCESS);
  assert_int_equal(names_enumerated(host.nss).size(), 40);
}

void nobody_is_enumerated_unless_the_snapshot_says_so(void**) {
  // N4
  Rules silent = rules();
  silent.enumerable = false;
  const Publisher publisher(20, silent, kFolder);
  const NssModule nss;
  assert_true(names_enumerated(nss).empty());
  assert_true(by_name(nss, "p7").found());
  int error = 0;
  group members{};
  char buffer[1'024];
  assert_int_equal(nss.getgrent_r(&members, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
  assert_int_equal(nss.endgrent(), NSS_STATUS_SUCCESS);
}

int fresh(void**) {
  remove_snapshot();
  return 0;
}

}  // namespace

int main() {
  enter_private_host();
  const CMUnitTest tests[] = {
      cmocka_unit_test_setup(an_account_is_answered_by_name_uid_and_address, fresh),
      cmocka_unit_test_setup(a_group_is_answered_with_its_members, fresh),
      cmocka_unit_test_setup(who_is_not_there_is_not_found, fresh),
      cmocka_unit_test_setup(
          a_small_buffer_of_any_size_and_alignment_is_said_to_be_small_and_not_touched, fresh),
      cmocka_unit_test_setup(initgroups_grows_the_list_and_keeps_what_is_in_it, fresh),
      cmocka_unit_test_setup(initgroups_honours_its_limit_and_leaves_the_primary_group_out, fresh),
      cmocka_unit_test_setup(an_enumeration_names_each_once_also_with_small_buffers, fresh),
      cmocka_unit_test_setup(an_enumeration_keeps_to_one_snapshot, fresh),
      cmocka_unit_test_setup(nobody_is_enumerated_unless_the_snapshot_says_so, fresh),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
