// Processes with many threads, that are cancelled, fork, and live through many publications.

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/nss_module.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kPeople = 500;

/// Whoever has changed has the number of the change in the GECOS field, and nobody goes backwards.
Account changed(std::uint32_t number, std::uint32_t change) {
  Account person = account(number);
  person.gecos = std::to_string(change);
  return person;
}

/// One look-up without memory of its own, as it must be right: the account that was asked for.
bool answers(const NssModule& nss, std::uint32_t number) {
  char buffer[512];
  passwd person{};
  int error = 0;
  const bool found = nss.getpwuid_r(kFirstUid + number, &person, buffer, sizeof buffer, &error) ==
                     NSS_STATUS_SUCCESS;
  return found && person.pw_uid == kFirstUid + number &&
         std::string_view(person.pw_name).substr(1) == std::to_string(number);
}

bool misses(const NssModule& nss, std::uint32_t number) {
  char buffer[512];
  passwd person{};
  int error = 0;
  return nss.getpwuid_r(kFirstUid + number, &person, buffer, sizeof buffer, &error) ==
         NSS_STATUS_NOTFOUND;
}

/// What is mapped when nobody is looking: the current snapshot, and the writer's.
constexpr std::size_t kMapsOfReader = 3;
constexpr std::size_t kMapsOfWriter = 4;
constexpr std::size_t kMostMaps = 3 * 8 + kMapsOfWriter;  // Lease::kPlaces

void sixty_four_threads_are_answered_rightly_while_much_is_published(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(kPeople, rules(), kFolder);
  std::atomic<bool> stop = false;
  std::atomic<long> wrong = 0;
  std::atomic<long> right = 0;
  std::vector<std::thread> threads;
  for (std::uint32_t seed = 0; seed < 64; ++seed) {
    threads.emplace_back([&, seed] {
      std::uint32_t number = seed;
      long good = 0;
      while (!stop) {
        number = (number * 5 + 1) % kPeople;
        (answers(nss, number + 1) && misses(nss, kPeople + 1 + number)) ? ++good : ++wrong;
      }
      right += good;
    });
  }
  std::size_t most = 0;
  for (std::uint32_t i = 1; i <= 100; ++i) {
    got(publisher.writer->publish({{changed(1 + i % kPeople, i)}, {}, {}, {}}));
    if (i % 25 == 0) got(publisher.writer->merge());
    most = std::max(most, mapped_snapshot_files());
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(wrong, 0);
  assert_true(right > 64);
  // 64 threads may be opening at once, beside what is kept.
  assert_true(most <= kMostMaps + std::size_t{64} * 3);
  assert_true(answers(nss, 1));
  assert_true(mapped_snapshot_files() <= kMostMaps);
}

void ten_thousand_publications_leave_memory_bounded_and_answers_right(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(kPeople, rules(), kFolder);
  const std::size_t descriptors = open_descriptors();
  assert_true(answers(nss, 1));
  std::size_t early = 0;
  for (std::uint32_t i = 1; i <= 10'000; ++i) {
    const std::uint32_t number = 1 + i % kPeople;
    const bool there = i % 3 != 0;
    Changes changes;
    if (there) changes.accounts.push_back(changed(number, i));
    if (!there) changes.gone_uids.push_back(kFirstUid + number);
    got(publisher.writer->publish(changes));
    if (i % 100 == 0) got(publisher.writer->merge());
    const Asked asked = by_name(nss, "p" + std::to_string(number));
    assert_int_equal(asked.status, there ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND);
    if (there) assert_string_equal(asked.account.pw_gecos, std::to_string(i).c_str());
    if (i % 100 == 0) assert_int_equal(mapped_snapshot_files(), 2 + 3);  // no delta after a merge
    if (i == 1'000) early = resident_bytes();
  }
  assert_int_equal(mapped_snapshot_files(), 2 + 3);
  assert_int_equal(open_descriptors(), descriptors);
  assert_true(resident_bytes() <= early + (std::size_t{4} << 20U));
}

const NssModule* g_nss = nullptr;

void* look_until_cancelled(void*) {
  for (;;) {
    for (std::uint32_t number = 1; number <= 50; ++number) (void)answers(*g_nss, number);
    ::pthread_testcancel();
  }
}

/// Nothing here has an end that a thread killed anywhere would have to unwind.
void* look_until_killed(void*) {
  ::pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
  for (uid_t number = 1;; number = number % 50 + 1) {
    char buffer[512];
    passwd person;
    int error = 0;
    (void)g_nss->getpwuid_r(kFirstUid + number, &person, buffer, sizeof buffer, &error);
  }
}

void cancelled_threads_leave_nothing_behind(void**) {
  // N2
  const NssModule nss;
  g_nss = &nss;
  Publisher publisher(kPeople, rules(), kFolder);
  const std::size_t descriptors = open_descriptors();
  for (std::uint32_t round = 0; round < 60; ++round) {
    pthread_t threads[8];
    for (pthread_t& thread : threads) {
      assert_int_equal(::pthread_create(&thread, nullptr, look_until_cancelled, nullptr), 0);
    }
    for (std::uint32_t i = 0; i < 5; ++i) {
      got(publisher.writer->publish({{changed(1 + i, round * 10 + i)}, {}, {}, {}}));
      std::this_thread::sleep_for(std::chrono::microseconds((round * 37 + i * 91) % 400));
    }
    for (const pthread_t thread : threads) assert_int_equal(::pthread_cancel(thread), 0);
    for (const pthread_t thread : threads) {
      void* result = nullptr;
      assert_int_equal(::pthread_join(thread, &result), 0);
      assert_ptr_equal(result, PTHREAD_CANCELED);
    }
    assert_true(answers(nss, 1 + round % kPeople));
  }
  assert_int_equal(open_descriptors(), descriptors);
  // The next publication frees what the last lookers kept.
  got(publisher.writer->publish({{changed(1, 9'999)}, {}, {}, {}}));
  assert_true(answers(nss, 1));
  assert_true(mapped_snapshot_files() <= kMapsOfReader + kMapsOfWriter);
}

void threads_killed_anywhere_cost_memory_but_never_an_answer(void**) {
  // N2
  // Asynchronous cancellation: no function of libc but three may be called under it, so this is
  // more than anybody promises. A thread that ends while it looks keeps its snapshot mapped.
  const NssModule nss;
  g_nss = &nss;
  Publisher publisher(kPeople, rules(), kFolder);
  for (std::uint32_t round = 0; round < 200; ++round) {
    pthread_t thread{};
    assert_int_equal(::pthread_create(&thread, nullptr, look_until_killed, nullptr), 0);
    std::this_thread::sleep_for(std::chrono::microseconds(100 + round % 50));
    got(publisher.writer->publish({{changed(1 + round % kPeople, round)}, {}, {}, {}}));
    assert_int_equal(::pthread_cancel(thread), 0);
    assert_int_equal(::pthread_join(thread, nullptr), 0);
    const std::uint32_t number = 1 + round % kPeople;
    const Asked asked = by_uid(nss, kFirstUid + number);
    assert_true(asked.found());
    assert_string_equal(asked.account.pw_gecos, std::to_string(round).c_str());
  }
  assert_true(mapped_snapshot_files() <= kMostMaps);
}

void children_forked_in_the_midst_of_it_are_answered(void**) {
  // N2
  const NssModule nss;
  Publisher publisher(kPeople, rules(), kFolder);
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        (void)answers(nss, 7);
        if (passwd person{}; nss.setpwent(0) == NSS_STATUS_SUCCESS) {
          char buffer[512];
          int error = 0;
          (void)nss.getpwent_r(&person, buffer, sizeof buffer, &error);
          (void)nss.endpwent();
        }
      }
    });
  }
  threads.emplace_back([&] {
    for (std::uint32_t i = 1; !stop; ++i) {
      got(publisher.writer->publish({{changed(1 + i % kPeople, i)}, {}, {}, {}}));
    }
  });
  int failed = 0;
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(10);  // a child that waits for a thread which did not come along
      char buffer[512];
      passwd person{};
      int error = 0;
      bool good = answers(nss, 1 + static_cast<std::uint32_t>(i) % kPeople);
      good = good && nss.setpwent(0) == NSS_STATUS_SUCCESS;
      good = good && nss.getpwent_r(&person, buffer, sizeof buffer, &error) == NSS_STATUS_SUCCESS;
      good = good && nss.endpwent() == NSS_STATUS_SUCCESS;
      // A child of the child, as daemons do.
      const pid_t grandchild = good ? ::fork() : -1;
      if (grandchild == 0) ::_exit(answers(nss, 3) && misses(nss, kPeople + 3) ? 0 : 1);
      int status = 1;
      good = good && ::waitpid(grandchild, &status, 0) == grandchild && status == 0;
      ::_exit(good ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(::waitpid(child, &status, 0), child);
    failed += status == 0 ? 0 : 1;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  assert_int_equal(failed, 0);
}

int fresh(void**) {
  remove_snapshot();
  return 0;
}

}  // namespace

int main() {
  enter_private_host();
  const CMUnitTest tests[] = {
      cmocka_unit_test_setup(sixty_four_threads_are_answered_rightly_while_much_is_published,
                             fresh),
      cmocka_unit_test_setup(ten_thousand_publications_leave_memory_bounded_and_answers_right,
                             fresh),
      cmocka_unit_test_setup(cancelled_threads_leave_nothing_behind, fresh),
      cmocka_unit_test_setup(threads_killed_anywhere_cost_memory_but_never_an_answer, fresh),
      cmocka_unit_test_setup(children_forked_in_the_midst_of_it_are_answered, fresh),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
