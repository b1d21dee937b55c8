// Servers that are dead, silent, stopped and started again, under a LdapDirectory that stays.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "base/file.hpp"
#include "directory/ldap_directory.hpp"
#include "directory/private_slapd.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace std::chrono_literals;
using Verdict = BindAnswer::Verdict;
using test::registered;
using test::time_of;

namespace {

constexpr const char* kPassword = "Lac-Leman-1963";

/// Takes connections and never says a word.
class SilentServer {
 public:
  explicit SilentServer(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
    listen_on(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  explicit SilentServer(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listen_on(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }

 private:
  void listen_on(int family, const sockaddr* address, socklen_t length) {
    fd_ = FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(::bind(fd_.get(), address, length), 0);
    assert_int_equal(::listen(fd_.get(), 64), 0);
  }
  FileDescriptor fd_;
};

std::unique_ptr<LdapDirectory> open(LdapSettings settings) {
  auto directory = LdapDirectory::open(std::move(settings));
  assert_ok(directory);
  return std::move(*directory);
}

bool accepts(LdapDirectory& directory, const std::string& dn) {
  const Result<BindAnswer> answer = directory.bind(dn, Secret(kPassword));
  return answer && answer->verdict == Verdict::accepted;
}

void a_stopped_directory_is_unavailable_at_once_and_works_again_when_it_is_back(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  const DirectoryEntry entry = registered(*directory, "back@example.ch", kPassword);
  for (int i = 0; i < 2; ++i) {
    assert_true(accepts(*directory, entry.dn));
    slapd.stop();
    const long long took = time_of([&] {
      assert_error(directory->bind(entry.dn, Secret(kPassword)), Errc::unavailable);
      assert_error(directory->locate(entry.entry_uuid), Errc::unavailable);
      assert_error(directory->stage(test::a_person()), Errc::unavailable);
      assert_error(directory->has_address(*EmailAddress::parse("a@b.ch")), Errc::unavailable);
    });
    assert_true(took < 4000);
    slapd.start();
    // The connections that were kept open are dead; nobody notices.
    assert_true(accepts(*directory, entry.dn));
    const auto found = directory->locate(entry.entry_uuid);
    assert_ok(found);
    assert_true(found->has_value());
  }
}

void a_server_restarted_between_two_calls_costs_no_failure(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  const DirectoryEntry entry = registered(*directory, "restart@example.ch", kPassword);
  slapd.stop();
  slapd.start();
  assert_true(accepts(*directory, entry.dn));
  assert_ok(directory->stage(test::a_person()));
}

void a_frozen_directory_is_unavailable_within_five_seconds(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd slapd(folder.path() / "slapd");
  const auto directory = slapd.open();
  const DirectoryEntry entry = registered(*directory, "frozen@example.ch", kPassword);
  assert_true(accepts(*directory, entry.dn));
  slapd.freeze();
  const long long bind_time = time_of(
      [&] { assert_error(directory->bind(entry.dn, Secret(kPassword)), Errc::unavailable); });
  assert_true(bind_time >= 3500 && bind_time < 5000);
  const long long stage_time =
      time_of([&] { assert_error(directory->stage(test::a_person()), Errc::unavailable); });
  assert_true(stage_time < 5000);
  slapd.thaw();
  assert_true(accepts(*directory, entry.dn));
  assert_ok(directory->stage(test::a_person()));
}

void many_callers_of_a_frozen_directory_all_end_in_time(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd slapd(folder.path() / "slapd");
  LdapSettings settings = slapd.settings();
  settings.pool_size = 2;
  const auto directory = open(std::move(settings));
  const DirectoryEntry entry = registered(*directory, "many@example.ch", kPassword);
  slapd.freeze();
  std::vector<std::thread> threads;
  const long long took = time_of([&] {
    for (int i = 0; i < 12; ++i)
      threads.emplace_back([&] { (void)directory->bind(entry.dn, Secret(kPassword)); });
    for (std::thread& thread : threads) thread.join();
  });
  assert_true(took < 5000);
  slapd.thaw();
  assert_true(accepts(*directory, entry.dn));
}

void a_dead_first_server_is_passed_over(void**) {
  // L4
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  LdapSettings settings = slapd.settings();
  settings.uris.insert(settings.uris.begin(), "ldapi://%2Fnowhere%2Fldapi");
  const auto directory = open(std::move(settings));
  const DirectoryEntry entry = registered(*directory, "dead@example.ch", kPassword);
  assert_true(accepts(*directory, entry.dn));
}

void a_silent_first_server_costs_its_share_once_and_is_then_passed_over(void**) {
  // L4
  const test::TemporaryFolder folder;
  const test::PrivateSlapd slapd(folder.path() / "slapd");
  const SilentServer silent(folder.path() / "silent");
  LdapSettings settings = slapd.settings();
  const std::string path = (folder.path() / "silent").string();
  settings.uris.insert(settings.uris.begin(),
                       "ldapi://%2Ftmp%2F" + path.substr(5, path.find('/', 5) - 5) + "%2Fsilent");
  const auto directory = open(std::move(settings));
  // The service account's bind is a part of connecting, so its pool goes on to the next server
  // within the call.
  long long took = time_of([&] { assert_ok(directory->stage(test::a_person())); });
  assert_true(took >= 1000 && took < 4000);
  took = time_of([&] { assert_ok(directory->stage(test::a_person())); });
  assert_true(took < 1000);
}

void a_preferred_server_that_is_back_is_used_again(void**) {
  // L4
  const test::TemporaryFolder folder;
  test::PrivateSlapd first(folder.path() / "first");
  const test::PrivateSlapd second(folder.path() / "second");
  // Two directories that share nothing but the service account's password: whoever answers is told
  // by where the person is known.
  const auto at_first = first.open();
  const DirectoryEntry there = registered(*at_first, "first@example.ch", kPassword);
  const auto at_second = second.open();
  const DirectoryEntry here = registered(*at_second, "second@example.ch", kPassword);

  LdapSettings settings = first.settings();
  settings.uris = {first.uri(), second.uri()};
  settings.provider_uris = {first.uri()};
  settings.retry_pause = 300ms;
  const auto directory = open(std::move(settings));
  assert_true(accepts(*directory, there.dn));
  first.stop();
  assert_true(accepts(*directory, here.dn));
  first.start();
  std::this_thread::sleep_for(350ms);
  assert_true(accepts(*directory, there.dn));
  assert_false(accepts(*directory, here.dn));
}

void the_first_login_after_a_write_asks_the_provider(void**) {
  // R13
  const test::TemporaryFolder folder;
  const test::PrivateSlapd provider(folder.path() / "provider");
  const test::PrivateSlapd replica(folder.path() / "replica");  // that never hears of anything
  LdapSettings settings = provider.settings();
  settings.uris = {replica.uri()};
  settings.provider_uris = {provider.uri()};
  const auto directory = open(std::move(settings));
  const DirectoryEntry entry = registered(*directory, "written@example.ch", kPassword);
  assert_true(accepts(*directory, entry.dn));

  LdapSettings again = provider.settings();
  again.uris = {replica.uri()};
  again.provider_uris = {provider.uri()};
  const auto forgetful = open(std::move(again));
  assert_false(accepts(*forgetful, entry.dn));
}

void a_silent_tls_server_and_a_missing_one_are_unavailable_in_time(void**) {
  // L3, L4
  const SilentServer silent(std::uint16_t{6360});
  for (const char* uri : {"ldaps://127.0.0.1:6360", "ldap://127.0.0.1:6360", "ldaps://127.0.0.1:1",
                          "ldaps://no-such-host.invalid"}) {
    LdapSettings settings;
    settings.uris = {uri};
    settings.start_tls = true;
    settings.ca_file = "/etc/ssl/certs/ca-certificates.crt";
    settings.bind_dn = "cn=portald,ou=services,dc=example,dc=ch";
    settings.password = Secret("secret");
    settings.people_base = test::kPeople;
    settings.staging_base = test::kStaging;
    const auto directory = open(std::move(settings));
    const std::string dn = std::string("uid=a,") + test::kPeople;
    const long long took =
        time_of([&] { assert_error(directory->bind(dn, Secret(kPassword)), Errc::unavailable); });
    if (took >= 4500) fail_msg("%s took %lld ms", uri, took);
  }
}

}  // namespace

int main() {
  test::enter_private_network();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_stopped_directory_is_unavailable_at_once_and_works_again_when_it_is_back),
      cmocka_unit_test(a_server_restarted_between_two_calls_costs_no_failure),
      cmocka_unit_test(a_frozen_directory_is_unavailable_within_five_seconds),
      cmocka_unit_test(many_callers_of_a_frozen_directory_all_end_in_time),
      cmocka_unit_test(a_dead_first_server_is_passed_over),
      cmocka_unit_test(a_silent_first_server_costs_its_share_once_and_is_then_passed_over),
      cmocka_unit_test(a_preferred_server_that_is_back_is_used_again),
      cmocka_unit_test(the_first_login_after_a_write_asks_the_provider),
      cmocka_unit_test(a_silent_tls_server_and_a_missing_one_are_unavailable_in_time),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
