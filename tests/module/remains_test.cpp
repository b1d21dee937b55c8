// Looks through the whole memory of a process that has logged somebody in.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "support/cmocka.hpp"
#include "support/pam_stage.hpp"
#include "support/scripted_daemon.hpp"

using namespace portal;
using namespace portal::wire;
using test::PamApplication;
using test::ScriptedPeer;

namespace {

std::string socket_path;

/// The secrets stand nowhere in clear but where the application's conversation makes them: each
/// letter is that of the pattern, changed by the mask.
constexpr unsigned char kMask = 0x15;
constexpr std::size_t kSize = 64;
constexpr std::size_t kSearched = 24;  ///< from its middle: what free(3) writes is at the front

constexpr unsigned char masked_letter(int secret, std::size_t at) {
  // Quadratic, so that no part of a secret looks like another.
  const std::size_t number = at * at * 7 + static_cast<std::size_t>(secret) * 13 * (at + 1);
  return static_cast<unsigned char>(('0' + number % 61) ^ kMask);
}

void write_secret(int secret, char* room) {
  for (std::size_t i = 0; i < kSize; ++i)
    room[i] = static_cast<char>(masked_letter(secret, i) ^ kMask);
  room[kSize] = '\0';
}

bool is_secret_at(const char* bytes, int secret) {
  for (std::size_t i = 0; i < kSearched; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if ((byte ^ kMask) != masked_letter(secret, kSize / 2 + i)) return false;
  }
  return true;
}

std::array<char, 64 * 1024> window;  // what is looked through; not looked through itself

/// How many times the secret stands in [from, to) of this process's memory.
int count_between(int memory, std::uintptr_t from, std::uintptr_t to, int secret) {
  int found = 0;
  for (std::uintptr_t at = from; at + kSearched <= to; at += window.size() - kSearched + 1) {
    const std::size_t wanted = std::min(window.size(), static_cast<std::size_t>(to - at));
    const ssize_t got = ::pread(memory, window.data(), wanted, static_cast<off_t>(at));
    for (std::size_t i = 0; got > 0 && i + kSearched <= static_cast<std::size_t>(got); ++i) {
      const std::uintptr_t place = at + i;
      const auto own = reinterpret_cast<std::uintptr_t>(window.data());
      if (place + kSearched > own && place < own + window.size()) continue;
      found += is_secret_at(window.data() + i, secret) ? 1 : 0;
    }
  }
  return found;
}

int count_in_memory(int secret) {
  const FileDescriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  assert_true(static_cast<bool>(memory));
  std::ifstream maps("/proc/self/maps");
  int found = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    std::array<char, 5> rights{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights.data()) != 3) continue;
    if (rights[0] == 'r' && rights[1] == 'w')
      found += count_between(memory.get(), from, to, secret);
  }
  return found;
}

/// Answers prompt n with secret n, and looks whether it then stands in memory.
struct Person {
  int answered = 0;
  bool was_there = true;

  static int converse(int, const pam_message**, pam_response** responses, void* data) {
    auto& person = *static_cast<Person*>(data);
    *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
    (*responses)->resp = static_cast<char*>(std::malloc(kSize + 1));
    write_secret(person.answered, (*responses)->resp);
    person.was_there = person.was_there && count_in_memory(person.answered) == 1;
    ++person.answered;
    return PAM_SUCCESS;
  }
};

/// A daemon in a process of its own, whose memory is not looked at: asks for password and code,
/// then for a login by the first pass.
pid_t start_daemon(const FileDescriptor& listener, Outcome outcome) {
  const pid_t daemon = ::fork();
  if (daemon != 0) return daemon;
  for (int line = 0; line < 2; ++line) {
    ScriptedPeer peer(FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    const auto received = peer.receive();
    const Open& open = std::get<Open>(received->message());
    if (line == 1 && open.password.value.size() != kSize) ::_exit(1);
    const std::pair<const char*, Keep> prompts[] = {{"Password: ", Keep::password},
                                                    {"Code: ", Keep::nothing}};
    for (const auto& [text, keep] : prompts) {
      if (line == 1) break;
      peer.send(Prompt{Style::echo_off, {text}, keep});
      if (peer.receive_answer().size() != kSize) ::_exit(1);
    }
    peer.send(Done{line == 0 ? Outcome::success : outcome, {}, {}});
  }
  ::_exit(0);
}

void nothing_that_was_typed_is_left_in_memory(void**) {
  // M1, J4
  for (const Outcome outcome : {Outcome::success, Outcome::denied, Outcome::unavailable}) {
    const FileDescriptor listener = test::listen_at(socket_path);
    const pid_t daemon = start_daemon(listener, outcome);
    Person person;
    const PamApplication application("twice", "anna", Person::converse, &person);
    const int code = pam_authenticate(application.handle(), 0);
    int status = -1;
    ::waitpid(daemon, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(code == PAM_SUCCESS, outcome == Outcome::success);
    assert_int_equal(person.answered, 2);
    assert_true(person.was_there);  // the search finds what there is
    assert_int_equal(count_in_memory(0), 0);
    assert_int_equal(count_in_memory(1), 0);
  }
}

}  // namespace

int main(int, char** arguments) {
#ifdef __SANITIZE_ADDRESS__
  return 0;  // it keeps what was freed, and its own memory cannot be looked through
#endif
  const std::string line =
      "auth required {module} socket={socket} server_uid=" + std::to_string(::getuid());
  const auto stage =
      test::PamStage::enter(arguments, {{"twice", line + "\n" + line + " use_first_pass\n"}});
  socket_path = stage.socket();
  const CMUnitTest tests[] = {
      cmocka_unit_test(nothing_that_was_typed_is_left_in_memory),
  };
  return stage.leave(cmocka_run_group_tests(tests, nullptr, nullptr));
}
