// Look-ups of accounts, in nanoseconds: libnss_portal.so.2 beside nss_files and a module that
// answers without looking, called directly and through libc. Everything happens in a mount
// namespace of its own: the host's nsswitch.conf, passwd and /var/lib stay as they are.
//
//   bench_nss_lookups [ACCOUNTS [LARGE]]      100,000 and 1,000,000 unless told otherwise
//   bench_nss_lookups load SERVICE            one look-up through libc, for callgrind

#include <dlfcn.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "snapshot/writer.hpp"

using namespace portal;
using namespace portal::snapshot;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t kUid = 200'000;
constexpr std::uint32_t kGid = 2'000'000;
constexpr std::uint32_t kGroupOf200 = kGid + 1;
constexpr std::size_t kAsked = 10'000;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", why.c_str(), std::strerror(errno));
  std::exit(1);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string name_of_account(std::uint32_t number) {
  return "v" + std::to_string(1'000'000 + number);
}

Account account(std::uint32_t number) {
  const std::string name = name_of_account(number);
  return {name,
          kUid + number,
          kGid,
          "",
          "/srv/people/" + name,
          "/bin/bash",
          {kGid + 2, kGid + 3, kGid + 4},
          {}};
}

void mount_over(const std::filesystem::path& file, const char* over) {
  if (::mount(file.c_str(), over, nullptr, MS_BIND, nullptr) != 0) give_up(over);
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

const std::filesystem::path kHost = "/var/lib/host";

/// A host whose passwd and group have `accounts`, too, so that nss_files has the same to do.
void furnish_host(std::uint32_t accounts) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("bench", "/var/lib", "tmpfs", 0, "mode=0755,size=4g") != 0) {
    give_up("a private mount namespace (root is needed)");
  }
  std::filesystem::create_directories(std::filesystem::path(kFolder).parent_path());
  std::filesystem::create_directories(kHost);
  std::filesystem::copy_file(BENCH_PORTAL, kHost / "libnss_portal.so.2");
  std::filesystem::copy_file(BENCH_EMPTY, kHost / "libnss_empty.so.2");
  std::ofstream passwd(kHost / "passwd");
  passwd << std::ifstream("/etc/passwd").rdbuf();
  for (std::uint32_t number = 0; number < accounts; ++number) {
    const Account one = account(number);
    passwd << one.name << ":x:" << one.uid << ':' << one.gid << "::" << one.home << ':' << one.shell
           << '\n';
  }
  passwd.close();
  write_text(kHost / "nsswitch.conf", "passwd: files\ngroup: files\n");
  mount_over(kHost / "nsswitch.conf", "/etc/nsswitch.conf");
}

Result<void> fill(RecordSink& sink, std::uint32_t accounts) {
  std::vector<std::string> members;
  for (std::uint32_t number = 0; number < 200; ++number) members.push_back(name_of_account(number));
  Result<void> added = sink.add(Group{"everybody", kGid, {}});
  if (added) added = sink.add(Group{"twohundred", kGroupOf200, members});
  for (std::uint32_t number = 0; added && number < accounts; ++number) {
    added = sink.add(account(number));
  }
  return added;
}

template <class T>
T got(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().detail.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

SnapshotWriter writer_in(const std::filesystem::path& folder) {
  return got(SnapshotWriter::open(
      {folder, {{kUid, kUid + 1'500'000}, {kGid, kGid + 1'000}, {}, true}, {}}));
}

void report_writing(const std::filesystem::path& folder, std::uint32_t accounts) {
  SnapshotWriter writer = writer_in(folder);
  auto start = Clock::now();
  const Published base =
      got(writer.publish_base([accounts](RecordSink& sink) { return fill(sink, accounts); }));
  std::printf("| base of %u accounts, written, verified, durable | %.2f s, %.1f MiB |\n", accounts,
              seconds_since(start), static_cast<double>(base.bytes) / 1'048'576);
  double worst = 0;
  std::uint64_t most = 0;
  for (std::uint32_t i = 0; i < 20; ++i) {
    Account changed = account(i);
    changed.shell = "/bin/sh";
    start = Clock::now();
    most = std::max(most, got(writer.publish({{changed}, {}, {}, {}})).bytes);
    worst = std::max(worst, seconds_since(start));
  }
  std::printf("| one changed account of them, the worst of 20 | %.1f ms, %.1f KiB |\n",
              worst * 1'000, static_cast<double>(most) / 1'024);
  start = Clock::now();
  (void)got(writer.merge());
  std::printf("| merge of base and delta | %.2f s |\n", seconds_since(start));
  std::fflush(stdout);
}

using ByName = nss_status (*)(const char*, passwd*, char*, size_t, int*);
using ByUid = nss_status (*)(uid_t, passwd*, char*, size_t, int*);
using ByGid = nss_status (*)(gid_t, group*, char*, size_t, int*);
using InitGroups = nss_status (*)(const char*, gid_t, long*, long*, gid_t**, long, int*);
using Set = nss_status (*)(int);
using Next = nss_status (*)(passwd*, char*, size_t, int*);
using End = nss_status (*)();

template <class Function>
Function function_of(void* module, const std::string& service, const char* name) {
  void* symbol = ::dlsym(module, ("_nss_" + service + "_" + name).c_str());
  if (symbol == nullptr) give_up(service + " has no " + name);
  return reinterpret_cast<Function>(symbol);
}

/// The keys that are asked for, in an order of their own.
struct Keys {
  std::vector<std::string> names;
  std::vector<uid_t> uids;
  std::vector<std::string> unknown;

  explicit Keys(std::uint32_t accounts, unsigned seed = 42) {
    std::mt19937 random(seed);
    for (std::size_t i = 0; i < kAsked; ++i) {
      const auto number = static_cast<std::uint32_t>(random() % accounts);
      names.push_back(name_of_account(number));
      uids.push_back(kUid + number);
      unknown.push_back("u" + std::to_string(random()));
    }
  }
};

struct Figures {
  double median;  ///< ns
  double rate;    ///< a second
};

/// Calls `look_up(i)` `count` times in batches of 50, after once to warm up.
template <class LookUp>
Figures measure(std::size_t count, const LookUp& look_up) {
  const std::size_t batch = std::min<std::size_t>(50, count);
  for (std::size_t i = 0; i < std::min(count, kAsked); ++i) look_up(i % kAsked);
  std::vector<double> times;
  const auto all = Clock::now();
  for (std::size_t i = 0; i < count; i += batch) {
    const auto start = Clock::now();
    for (std::size_t j = i; j < i + batch; ++j) look_up(j % kAsked);
    times.push_back(seconds_since(start) * 1e9 / static_cast<double>(batch));
  }
  const double rate = static_cast<double>(count) / seconds_since(all);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return {times[times.size() / 2], rate};
}

/// Two threads at once, each with keys of its own, by what one does alone.
double scaling(const std::function<double(unsigned)>& rate_of) {
  const double one = std::max(rate_of(1), rate_of(1));
  double two[2] = {};
  std::thread other([&] { two[1] = rate_of(2); });
  two[0] = rate_of(1);
  other.join();
  return (two[0] + two[1]) / one;
}

void require(nss_status status, nss_status expected) {
  if (status != expected) give_up("a look-up did not end as it must");
}

void row(const std::string& what, const std::string& of, const Figures& figures) {
  std::printf("| %s | %s | %.0f | %.2f |\n", what.c_str(), of.c_str(), figures.median,
              figures.rate / 1e6);
  std::fflush(stdout);
}

void report_direct(const std::string& service, void* module, std::uint32_t accounts,
                   std::size_t count) {
  const Keys keys(accounts);
  const auto by_name = function_of<ByName>(module, service, "getpwnam_r");
  const auto by_uid = function_of<ByUid>(module, service, "getpwuid_r");
  const auto ask_name = [&](const Keys& asked, std::size_t i, nss_status expected) {
    char buffer[1'024];
    passwd result;
    int error = 0;
    require(by_name(asked.names[i].c_str(), &result, buffer, sizeof buffer, &error), expected);
  };
  row("getpwnam_r", service,
      measure(count, [&](std::size_t i) { ask_name(keys, i, NSS_STATUS_SUCCESS); }));
  row("getpwuid_r", service, measure(count, [&](std::size_t i) {
        char buffer[1'024];
        passwd result;
        int error = 0;
        require(by_uid(keys.uids[i], &result, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
      }));
  if (service == "empty") return;
  row("getpwnam_r, a miss", service, measure(count, [&](std::size_t i) {
        char buffer[1'024];
        passwd result;
        int error = 0;
        require(by_name(keys.unknown[i].c_str(), &result, buffer, sizeof buffer, &error),
                NSS_STATUS_NOTFOUND);
      }));
  if (service != "portal") return;
  const auto init = function_of<InitGroups>(module, service, "initgroups_dyn");
  gid_t* gids = static_cast<gid_t*>(std::calloc(64, sizeof(gid_t)));
  row("initgroups_dyn, 3 groups", service, measure(count, [&](std::size_t i) {
        long used = 1;
        long size = 64;
        int error = 0;
        require(init(keys.names[i].c_str(), kGid, &used, &size, &gids, -1, &error),
                NSS_STATUS_SUCCESS);
      }));
  std::free(gids);
  const auto by_gid = function_of<ByGid>(module, service, "getgrgid_r");
  row("getgrgid_r, 200 members", service, measure(count / 4, [&](std::size_t) {
        char buffer[8'192];
        group result;
        int error = 0;
        require(by_gid(kGroupOf200, &result, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
      }));
  std::printf(
      "| getpwnam_r, two threads | %s | %.2f × one | |\n", service.c_str(),
      scaling([&](unsigned seed) {
        const Keys own(accounts, seed);
        return measure(count, [&](std::size_t i) { ask_name(own, i, NSS_STATUS_SUCCESS); }).rate;
      }));
}

void report_enumeration(void* module) {
  const auto set = function_of<Set>(module, "portal", "setpwent");
  const auto next = function_of<Next>(module, "portal", "getpwent_r");
  const auto end = function_of<End>(module, "portal", "endpwent");
  const auto start = Clock::now();
  require(set(0), NSS_STATUS_SUCCESS);
  std::size_t count = 0;
  for (;; ++count) {
    char buffer[1'024];
    passwd result;
    int error = 0;
    if (next(&result, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS) break;
  }
  require(end(), NSS_STATUS_SUCCESS);
  std::printf("| enumeration of %zu | portal | %.2f ms | |\n", count, seconds_since(start) * 1'000);
}

/// The first look-up of a process that has just been started, and one of an account that was never
/// asked for in a process that has the map.
void report_cold(void* module, std::uint32_t accounts) {
  const auto by_name = function_of<ByName>(module, "portal", "getpwnam_r");
  std::vector<double> first;
  std::vector<double> second;
  int result[2];
  if (::pipe(result) != 0) give_up("pipe");
  for (std::uint32_t i = 0; i < 500; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      double times[2];
      for (std::uint32_t turn = 0; turn < 2; ++turn) {
        const std::string name = name_of_account((i * 7'919 + turn * 104'729) % accounts);
        char buffer[1'024];
        passwd account;
        int error = 0;
        const auto start = Clock::now();
        require(by_name(name.c_str(), &account, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
        times[turn] = seconds_since(start) * 1e6;
      }
      ::_exit(::write(result[1], times, sizeof times) == sizeof times ? 0 : 1);
    }
    double times[2];
    if (::read(result[0], times, sizeof times) != sizeof times) give_up("a cold look-up");
    ::waitpid(child, nullptr, 0);
    first.push_back(times[0]);
    second.push_back(times[1]);
  }
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  std::printf("| first look-up of a process, p50 and p99 | portal | %.1f µs, %.1f µs | |\n",
              first[250], first[495]);
  std::printf("| its second, never asked before | portal | %.1f µs, %.1f µs | |\n", second[250],
              second[495]);
}

/// Starts this program anew: where libc looks for modules is settled when a process starts.
[[noreturn]] void start_again(const char* what, const std::string& service,
                              const std::string& accounts) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  ::execl(program.c_str(), program.c_str(), what, service.c_str(), accounts.c_str(),
          static_cast<char*>(nullptr));
  give_up("exec");
}

void report_through_libc(const std::string& service, std::uint32_t accounts) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    write_text(kHost / "nsswitch.conf", "passwd: " + service + "\ngroup: " + service + "\n");
    start_again("libc", service, std::to_string(accounts));
  }
  int status = 1;
  if (::waitpid(child, &status, 0) != child || status != 0) give_up(service + " through libc");
}

int measure_through_libc(const std::string& service, std::uint32_t accounts) {
  const Keys keys(accounts);
  row("getpwnam_r through libc", service,
      measure(service == "files" ? 100 : 1'000'000, [&](std::size_t i) {
        char buffer[1'024];
        passwd result;
        passwd* found = nullptr;
        if (::getpwnam_r(keys.names[i].c_str(), &result, buffer, sizeof buffer, &found) != 0 ||
            found == nullptr) {
          give_up("a look-up through libc");
        }
      }));
  return 0;
}

void* module_of(const char* file) {
  void* module = ::dlopen(file, RTLD_NOW);
  if (module == nullptr) give_up(::dlerror());
  return module;
}

int load_once(const std::string& service) {
  furnish_host(0);
  if (service == "portal") {
    SnapshotWriter writer = writer_in(kFolder);
    (void)got(writer.publish_base([](RecordSink& sink) { return fill(sink, 1'000); }));
  }
  write_text(kHost / "nsswitch.conf", "passwd: " + service + "\n");
  start_again("once", service, "1000");
}

}  // namespace

int main(int count, char** arguments) {
  ::setenv("LD_LIBRARY_PATH", kHost.c_str(), 1);
  const std::string_view what = count > 2 ? arguments[1] : "";
  const std::string service = count > 2 ? arguments[2] : "";
  if (what == "load") return load_once(service);
  if (what == "libc") {
    return measure_through_libc(service, static_cast<std::uint32_t>(std::atoi(arguments[3])));
  }
  if (what == "once") {
    const std::string name = service == "files" ? "nobody" : name_of_account(1);
    return ::getpwnam(name.c_str()) == nullptr ? 1 : 0;
  }
  const auto number = [&](int i, std::uint32_t otherwise) {
    return count > i ? static_cast<std::uint32_t>(std::atoi(arguments[i])) : otherwise;
  };
  const std::uint32_t accounts = number(1, 100'000);
  furnish_host(accounts);
  std::printf("| writing | |\n|---|---|\n");
  const std::filesystem::path on_disk = std::filesystem::temp_directory_path() / "portal-bench-nss";
  std::filesystem::remove_all(on_disk);
  report_writing(on_disk, number(2, 1'000'000));
  std::filesystem::remove_all(on_disk);
  report_writing(kFolder, accounts);

  std::printf("\n| look-up | of | p50 ns | million/s |\n|---|---|---|---|\n");
  void* portal = module_of((kHost / "libnss_portal.so.2").c_str());
  report_cold(portal, accounts);
  report_direct("portal", portal, accounts, 4'000'000);
  {
    SnapshotWriter writer = writer_in(kFolder);
    (void)got(writer.publish({{account(1)}, {}, {kUid + 2}, {}}));
  }
  std::printf("| with a delta beside the base: | | | |\n");
  const Keys keys(accounts);
  const auto by_name = function_of<ByName>(portal, "portal", "getpwnam_r");
  row("getpwnam_r", "portal", measure(4'000'000, [&](std::size_t i) {
        char buffer[1'024];
        passwd result;
        int error = 0;
        (void)by_name(keys.names[i].c_str(), &result, buffer, sizeof buffer, &error);
      }));
  report_enumeration(portal);
  report_direct("empty", module_of((kHost / "libnss_empty.so.2").c_str()), accounts, 4'000'000);
  for (const char* asked : {"empty", "portal", "empty", "portal"}) {
    report_through_libc(asked, accounts);
  }
  mount_over(kHost / "passwd", "/etc/passwd");
  report_through_libc("files", accounts);
  return 0;
}
