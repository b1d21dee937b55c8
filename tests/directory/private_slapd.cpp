#include "directory/private_slapd.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "base/file.hpp"
#include "support/cmocka.hpp"

namespace portal::test {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "test set-up: %s\n", why.c_str());
  std::abort();
}

std::string slapd_py() {
  const char* source = std::getenv("PORTAL_SOURCE");
  if (source == nullptr) give_up("PORTAL_SOURCE is not set (ctest sets it)");
  return std::string(source) + "/config/demo_parts/slapd.py";
}

std::string percent_encoded(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  char name[] = "/tmp/portal-test-XXXXXX";
  if (::mkdtemp(name) == nullptr) give_up("mkdtemp");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

PrivateSlapd::PrivateSlapd(std::filesystem::path folder, Arguments arguments)
    : folder_(std::move(folder)), arguments_(std::move(arguments)) {
  start();
}

PrivateSlapd::~PrivateSlapd() {
  thaw();
  stop();
}

void PrivateSlapd::start() {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) give_up("pipe2");
  Arguments words = {"/usr/bin/python3", slapd_py(), "--folder", folder_.string()};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  helper_ = ::fork();
  if (helper_ < 0) give_up("fork");
  if (helper_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  const std::string facts = read_line(out[0]);
  ::close(out[0]);
  const std::size_t pid = facts.find("\"pid\": ");
  if (pid == std::string::npos) give_up("slapd did not start");
  server_ = std::atoi(facts.c_str() + pid + 7);
}

void PrivateSlapd::stop() {
  if (helper_ < 0) return;
  ::close(input_);
  int status = 0;
  (void)::waitpid(helper_, &status, 0);
  helper_ = -1;
  server_ = -1;
}

void PrivateSlapd::freeze() {
  if (server_ > 0) (void)::kill(server_, SIGSTOP);
}

void PrivateSlapd::thaw() {
  if (server_ > 0) (void)::kill(server_, SIGCONT);
}

std::string PrivateSlapd::uri() const {
  return "ldapi://" + percent_encoded((folder_ / "ldapi").string());
}

LdapSettings PrivateSlapd::settings() const {
  Result<Secret> password = read_secret_file(folder_ / "service-password");
  if (!password) give_up("no service password");
  LdapSettings settings;
  settings.uris = {uri()};
  settings.bind_dn = "cn=portald,ou=services,dc=example,dc=ch";
  settings.password = std::move(*password);
  settings.people_base = kPeople;
  settings.staging_base = kStaging;
  settings.policy_dn = "cn=people,ou=policies,dc=example,dc=ch";
  return settings;
}

std::unique_ptr<LdapDirectory> PrivateSlapd::open() const {
  auto directory = LdapDirectory::open(settings());
  if (!directory) give_up(directory.error().detail);
  return std::move(*directory);
}

std::string PrivateSlapd::search(const std::string& base, const std::string& scope,
                                 const std::string& filter, const std::string& attributes) const {
  return run("ldapsearch -Y EXTERNAL -Q -LLL -o ldif-wrap=no -H '" + uri() + "' -b '" + base +
             "' -s " + scope + " '" + filter + "' " + attributes + " || test $? = 32");
}

bool PrivateSlapd::modify(const std::string& ldif) const {
  const std::filesystem::path file = folder_ / "change.ldif";
  std::ofstream(file) << ldif;
  const std::string command =
      "ldapmodify -Y EXTERNAL -Q -e relax -H '" + uri() + "' -f '" + file.string() + "' >/dev/null";
  return std::system(command.c_str()) == 0;
}

void enter_private_network() {
  if (::unshare(CLONE_NEWNET) != 0) return;  // not root: the host's loopback must do
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (fd < 0 || ::ioctl(fd, SIOCSIFFLAGS, &request) != 0) give_up("loopback does not come up");
  ::close(fd);
}

std::string run(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) give_up("popen");
  std::string output;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
    output.append(buffer.data(), got);
  if (::pclose(pipe) != 0) give_up("failed: " + command);
  return output;
}

StagedPerson a_person(const std::string& email) {
  Result<EmailAddress> address = EmailAddress::parse(email);
  if (!address) give_up("no address: " + email);
  return {AccountId::random(), "Anna", "Muster", std::move(*address), Language::de};
}

DirectoryEntry registered(LdapDirectory& directory, const std::string& email,
                          const std::string& password) {
  const Result<DirectoryEntry> staged = directory.stage(a_person(email));
  assert_ok(staged);
  const auto refusal = directory.set_password(staged->dn, Secret(password));
  assert_ok(refusal);
  assert_false(refusal->has_value());
  const Result<DirectoryEntry> entry = directory.admit(staged->entry_uuid);
  assert_ok(entry);
  return *entry;
}

}  // namespace portal::test
