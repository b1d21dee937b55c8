// Several nodes on one store: what one of them judges, the others must know of before it is over.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "domain/login_house.hpp"
#include "domain/password_judge.hpp"
#include "domain/ports/attempts.hpp"
#include "domain/ports/forwarding_directory.hpp"

using namespace portal;
using namespace portal::test;

namespace {

constexpr std::string_view kWrong = "Falsch?Wort8";

/// Counts binds, and answers none before `crowd` are waiting or a while has passed.
class HoldingDirectory final : public ForwardingDirectory {
 public:
  HoldingDirectory(Directory& behind, int crowd) : ForwardingDirectory(behind), crowd_(crowd) {}

  Result<BindAnswer> bind(std::string_view dn, const Secret& password) override {
    arrive();
    return ForwardingDirectory::bind(dn, password);
  }
  Result<BindAnswer> bind_nobody(const Secret& password) override {
    arrive();
    return ForwardingDirectory::bind_nobody(password);
  }
  int binds() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  void arrive() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    crowded_.notify_all();
    crowded_.wait_for(lock, 500ms, [&] { return arrived_ >= crowd_; });
  }

  std::mutex mutex_;
  std::condition_variable crowded_;
  int crowd_;
  int arrived_ = 0;
};

/// Two judges that know of each other by the store alone.
struct Nodes {
  Nodes(House& house, Directory& directory, const LoginSettings& settings = {})
      : first(*house.store, directory, house.clock, settings),
        second(*house.store, directory, house.clock, settings) {}

  /// As many at each node at the same time, each from an address of their own; how each ended.
  std::multiset<std::string> all_try(int at_each, std::string_view password,
                                     std::string_view name = kName) {
    std::mutex mutex;
    std::multiset<std::string> outcomes;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2 * at_each; ++i) {
      threads.emplace_back([&, i] {
        const Source source{"198.51.100." + std::to_string(i), "sshd"};
        PasswordJudge& node = i % 2 == 0 ? first : second;
        const JudgedPassword judged = node.judge("login", name, Secret(password), source);
        const std::lock_guard lock(mutex);
        outcomes.emplace(judged.refusal ? name_of(judged.refusal->reason) : "right");
      });
    }
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }

  PasswordJudge first;
  PasswordJudge second;
};

int noted_in(House& house) {
  const auto count = in_read<int>(*house.store, [&](Transaction& transaction) -> Result<int> {
    const auto account = transaction.accounts().find_by_email(*EmailAddress::parse(kName));
    if (!account) return portal::fail(account.error());
    return transaction.attempts().count(AttemptKind::wrong_bind, (*account)->id.text(), UtcTime());
  });
  assert_ok(count);
  return *count;
}

void outsiders_at_two_nodes_never_reach_the_directorys_own_limit(void**) {
  // T6, L5: the directory would lock the owner out at the 20th, and behaves alike for nobody's name
  House house;
  (void)with_app(house);
  for (const std::string_view name : {kName, std::string_view("nobody@example.ch")}) {
    HoldingDirectory directory(house.directory, 20);
    Nodes nodes(house, directory);
    const std::multiset<std::string> outcomes = nodes.all_try(30, kWrong, name);
    assert_in_range(directory.binds(), 16, 18);
    assert_int_equal(outcomes.count("wrong_credentials"), directory.binds());
    assert_int_equal(outcomes.count("too_many_tries"), 60 - directory.binds());
  }
}

void a_low_limit_of_the_directory_holds_at_two_nodes_as_well(void**) {
  // T6
  House house;
  (void)with_app(house);
  LoginSettings settings;
  settings.directory_max_failures = 4;
  HoldingDirectory directory(house.directory, 4);
  Nodes nodes(house, directory, settings);
  (void)nodes.all_try(8, kWrong);
  assert_in_range(directory.binds(), 1, 3);
}

void right_passwords_at_two_nodes_leave_nothing_noted(void**) {
  // T6
  House house;
  (void)with_app(house);
  HoldingDirectory directory(house.directory, 6);
  Nodes nodes(house, directory);
  assert_int_equal(nodes.all_try(3, kPassword).count("right"), 6);
  assert_int_equal(noted_in(house), 0);
}

void what_the_directory_did_not_judge_leaves_nothing_noted(void**) {
  // T6
  House house;
  (void)with_app(house);
  HoldingDirectory directory(house.directory, 6);
  Nodes nodes(house, directory);
  house.directory.available = false;
  assert_int_equal(nodes.all_try(3, kWrong).count("unavailable"), 6);
  assert_int_equal(noted_in(house), 0);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(outsiders_at_two_nodes_never_reach_the_directorys_own_limit),
      cmocka_unit_test(a_low_limit_of_the_directory_holds_at_two_nodes_as_well),
      cmocka_unit_test(right_passwords_at_two_nodes_leave_nothing_noted),
      cmocka_unit_test(what_the_directory_did_not_judge_leaves_nothing_noted),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
