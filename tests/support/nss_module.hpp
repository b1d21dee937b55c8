#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "snapshot/core/format.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

/// Gives this process a /var/lib of its own, empty but for the place of a snapshot. To be called
/// before there are threads; ends the process if it cannot.
inline void enter_private_host() {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("test", "/var/lib", "tmpfs", 0, "mode=0755") != 0) {
    std::perror("a private mount namespace");
    std::exit(1);
  }
  std::filesystem::create_directories(std::filesystem::path(snapshot::kFolder).parent_path());
}

/// Writes "dead" into an open control file, so that this process looks for another.
inline void mark_dead(int control) {
  const std::uint32_t dead = snapshot::kDead;
  assert_int_equal(::pwrite(control, &dead, sizeof dead, offsetof(snapshot::Control, generation)),
                   sizeof dead);
  ::close(control);
}

inline int open_control() {
  const std::filesystem::path folder = snapshot::kFolder;
  return ::open((folder / snapshot::kControlName).c_str(), O_RDWR | O_CLOEXEC);
}

/// Removes what is published, as no writer does: the module is told that it is gone.
inline void remove_snapshot() {
  if (const int control = open_control(); control >= 0) mark_dead(control);
  std::filesystem::remove_all(snapshot::kFolder);
}

/// libnss_portal.so.2 as libc loads it, its functions by their types.
struct NssModule {
  using Enumerator = nss_status (*)(int);
  using End = nss_status (*)();

  nss_status (*getpwnam_r)(const char*, passwd*, char*, size_t, int*);
  nss_status (*getpwuid_r)(uid_t, passwd*, char*, size_t, int*);
  Enumerator setpwent;
  nss_status (*getpwent_r)(passwd*, char*, size_t, int*);
  End endpwent;
  nss_status (*getgrnam_r)(const char*, group*, char*, size_t, int*);
  nss_status (*getgrgid_r)(gid_t, group*, char*, size_t, int*);
  Enumerator setgrent;
  nss_status (*getgrent_r)(group*, char*, size_t, int*);
  End endgrent;
  nss_status (*initgroups_dyn)(const char*, gid_t, long*, long*, gid_t**, long, int*);

  explicit NssModule(const char* file = PORTAL_NSS_MODULE) {
    void* module = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) fail_msg("%s", ::dlerror());
    const auto find = [module](auto& function, const char* name) {
      void* symbol = ::dlsym(module, ("_nss_portal_" + std::string(name)).c_str());
      assert_non_null(symbol);
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    find(getpwnam_r, "getpwnam_r");
    find(getpwuid_r, "getpwuid_r");
    find(setpwent, "setpwent");
    find(getpwent_r, "getpwent_r");
    find(endpwent, "endpwent");
    find(getgrnam_r, "getgrnam_r");
    find(getgrgid_r, "getgrgid_r");
    find(setgrent, "setgrent");
    find(getgrent_r, "getgrent_r");
    find(endgrent, "endgrent");
    find(initgroups_dyn, "initgroups_dyn");
  }
};

/// One call's outcome, with room for its answer.
struct Asked {
  nss_status status = NSS_STATUS_UNAVAIL;
  int error = 0;
  passwd account{};
  group members{};
  std::vector<char> buffer = std::vector<char>(65'536);

  bool found() const { return status == NSS_STATUS_SUCCESS; }
};

inline Asked by_name(const NssModule& module, const std::string& name) {
  Asked asked;
  asked.status = module.getpwnam_r(name.c_str(), &asked.account, asked.buffer.data(),
                                   asked.buffer.size(), &asked.error);
  return asked;
}

inline Asked by_uid(const NssModule& module, uid_t uid) {
  Asked asked;
  asked.status = module.getpwuid_r(uid, &asked.account, asked.buffer.data(), asked.buffer.size(),
                                   &asked.error);
  return asked;
}

inline Asked by_group_name(const NssModule& module, const std::string& name) {
  Asked asked;
  asked.status = module.getgrnam_r(name.c_str(), &asked.members, asked.buffer.data(),
                                   asked.buffer.size(), &asked.error);
  return asked;
}

inline Asked by_gid(const NssModule& module, gid_t gid) {
  Asked asked;
  asked.status = module.getgrgid_r(gid, &asked.members, asked.buffer.data(), asked.buffer.size(),
                                   &asked.error);
  return asked;
}

inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// How many mappings of snapshot files this process has.
inline std::size_t mapped_snapshot_files() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(snapshot::kFolder) != std::string::npos) ++count;
  }
  return count;
}

/// Of this process's memory what is in use, in bytes.
inline std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t whole = 0;
  std::size_t resident = 0;
  file >> whole >> resident;
  return resident * 4096;
}

}  // namespace portal::test
