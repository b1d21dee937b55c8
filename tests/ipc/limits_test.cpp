// What a hostile or unlucky neighbour can do to the socket.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "base/file.hpp"
#include "ipc_stage.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using wire::Outcome;

namespace {

FileDescriptor connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return socket;
}

void send_bytes(const FileDescriptor& socket, std::string_view bytes) {
  (void)!::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

/// Waits for the server to hang up.
bool is_closed(const FileDescriptor& socket, int milliseconds) {
  const timeval limit{milliseconds / 1000, milliseconds % 1000 * 1000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  const ssize_t count = ::recv(socket.get(), &byte, 1, 0);
  return count == 0 || (count < 0 && errno == ECONNRESET);
}

void assert_logins_work(const IpcStage& stage) {
  const Seen seen = play(stage.socket(), open_for("anna"), {"right", "447683"});
  assert_string_equal(wire::name_of(seen.fault), "none");
  assert_true(seen.outcome == Outcome::success);
}

void frame_over_the_limit_closes_at_its_length_word(void**) {
  // C1
  const IpcStage stage;
  for (const std::string_view length :
       {std::string_view("\xff\xff\xff\xff", 4), std::string_view("\0\0\x3f\xfd", 4),
        std::string_view("\0\0\0\1", 4)}) {
    const FileDescriptor socket = connect_to(stage.socket());
    send_bytes(socket, length);
    assert_true(seconds_of([&] { assert_true(is_closed(socket, 3'000)); }) < 1.0);
  }
  assert_logins_work(stage);
}

void nonsense_frames_close(void**) {
  // C1
  const IpcStage stage;
  for (const std::string_view frame :
       {std::string_view("\0\0\0\2\1\x63", 6), std::string_view("\0\0\0\2\2\1", 6),
        std::string_view("\0\0\0\2\1\1", 6), std::string_view("\0\0\0\2\1\x10", 6)}) {
    const FileDescriptor socket = connect_to(stage.socket());
    send_bytes(socket, frame);
    assert_true(is_closed(socket, 3'000));
  }
  assert_int_equal(stage.face.started, 0);
}

/// Sends the bytes of a large frame one by one; the seconds until the server cut it.
double dribble(const FileDescriptor& socket, std::chrono::milliseconds pause) {
  std::string frame("\0\0\x10\0\1\1", 6);
  frame.resize(4096, 'x');
  const auto start = std::chrono::steady_clock::now();
  for (const char byte : frame) {
    if (::send(socket.get(), &byte, 1, MSG_NOSIGNAL) != 1) break;
    std::this_thread::sleep_for(pause);
    if (std::chrono::steady_clock::now() - start > 20s) break;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void one_byte_a_second_is_cut_after_ten(void**) {
  // C1
  const IpcStage stage;  // the default limit
  const double took = dribble(connect_to(stage.socket()), 1s);
  assert_true(took >= 9.5 && took < 12.5);
}

/// A connection whose module has been asked for the password.
FileDescriptor connect_to_prompt(const std::string& path) {
  FileDescriptor socket = connect_to(path);
  std::array<std::byte, wire::kFrameLimit> frame{};
  const wire::Encoded open = wire::encode(open_for("anna"), frame);
  send_bytes(socket, {reinterpret_cast<const char*>(frame.data()), open.size});
  assert_true(::recv(socket.get(), frame.data(), frame.size(), 0) > 0);
  return socket;
}

void slow_person_is_waited_for_but_a_slow_answer_is_cut(void**) {
  // C1
  const IpcStage stage([](ipc::Settings& settings) { settings.frame_limit = 300ms; });
  const FileDescriptor patient = connect_to_prompt(stage.socket());
  std::this_thread::sleep_for(700ms);  // the person thinks
  assert_int_equal(stage.server->connections(), 1);
  const double took = dribble(patient, 20ms);
  assert_true(took >= 0.25 && took < 1.5);
}

void connection_that_says_nothing_is_cut(void**) {
  // C1
  const IpcStage stage([](ipc::Settings& settings) { settings.frame_limit = 300ms; });
  const FileDescriptor socket = connect_to(stage.socket());
  assert_true(is_closed(socket, 3'000));
}

void conversation_that_takes_too_long_is_denied(void**) {
  // C1
  const IpcStage stage([](ipc::Settings& settings) { settings.conversation_limit = 400ms; });
  const auto deadline = wire::Deadline::in_milliseconds(5'000);
  wire::DaemonMessage message;
  wire::Client slow;
  (void)slow.connect(stage.socket().c_str(), ::getuid(), deadline);
  (void)slow.send(open_for("anna"), deadline);
  assert_true(slow.receive(message, deadline) == wire::ClientFault::none);
  std::this_thread::sleep_for(800ms);
  assert_int_equal(stage.server->connections(), 0);
  assert_true(slow.send(wire::Answer{{"right"}}, deadline) == wire::ClientFault::none);
  assert_true(slow.receive(message, deadline) == wire::ClientFault::none);
  assert_true(message.type == wire::MessageType::done);
  assert_true(message.done.outcome == Outcome::denied);
  assert_int_equal(stage.face.answered, 0);
}

void default_limits_are_those_of_the_requirement(void**) {
  // C1
  const ipc::Settings settings;
  assert_true(settings.frame_limit == 10s);
  assert_true(settings.conversation_limit == 180s);
  assert_true(settings.max_connections > 5'000);
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 16'384) limit.rlim_max = 16'384;
  limit.rlim_cur = limit.rlim_max;
  assert_int_equal(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void five_thousand_idle_connections_leave_logins_working(void**) {
  // C1
  raise_descriptor_limit();
  const IpcStage stage([](ipc::Settings& settings) { settings.frame_limit = 60s; });
  std::vector<FileDescriptor> idle;
  for (int i = 0; i < 5'000; ++i) {
    idle.push_back(connect_to(stage.socket()));
    if (!idle.back()) fail_msg("connection %d failed: %s", i, std::strerror(errno));
    if (i % 2 == 0) send_bytes(idle.back(), std::string_view("\0\0\x01", 3));  // half a length word
  }
  assert_true(soon([&] { return stage.server->connections() == 5'000; }));
  const double took = seconds_of([&] {
    for (int i = 0; i < 20; ++i) assert_logins_work(stage);
  });
  assert_true(took < 2.0);
  idle.clear();
  assert_true(soon([&] { return stage.server->connections() == 0; }));
}

void one_uid_cannot_keep_others_out(void**) {
  // C1, C2
  if (::getuid() != 0) skip();
  IpcStage stage([](ipc::Settings& settings) {
    settings.max_per_uid = 10;
    settings.frame_limit = 60s;
  });
  int ready[2];
  int over[2];
  assert_int_equal(::pipe(ready), 0);
  assert_int_equal(::pipe(over), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(over[1]);
    if (::setresuid(65533, 65533, 65533) != 0) ::_exit(1);
    std::vector<FileDescriptor> taken;
    for (int i = 0; i < 50; ++i) taken.push_back(connect_to(stage.socket()));
    int closed = 0;
    for (const FileDescriptor& socket : taken) closed += is_closed(socket, 100) ? 1 : 0;
    char byte = static_cast<char>(closed);
    (void)!::write(ready[1], &byte, 1);
    (void)!::read(over[0], &byte, 1);
    ::_exit(0);
  }
  char closed = 0;
  assert_int_equal(::read(ready[0], &closed, 1), 1);
  assert_int_equal(closed, 40);
  assert_int_equal(stage.server->connections(), 10);
  assert_logins_work(stage);
  ::close(over[1]);
  ::waitpid(child, nullptr, 0);
}

void running_out_of_descriptors_passes(void**) {
  // C1
  const IpcStage stage;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const FileDescriptor client = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const FileDescriptor highest(::fcntl(0, F_DUPFD_CLOEXEC, 0));
  const rlimit none_left{static_cast<rlim_t>(highest.get()) + 1, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none_left);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stage.socket().c_str(), sizeof address.sun_path - 1);
  const int connected =
      ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  std::this_thread::sleep_for(250ms);
  const std::size_t accepted = stage.server->connections();
  ::setrlimit(RLIMIT_NOFILE, &before);
  assert_int_equal(connected, 0);
  assert_int_equal(accepted, 0);  // it waits in the kernel's queue
  assert_true(soon([&] { return stage.server->connections() == 1; }));
  assert_logins_work(stage);
}

void login_that_waited_too_long_for_a_thread_is_not_judged(void**) {
  // C1, T4
  IpcStage stage([](ipc::Settings& settings) {
    settings.threads = 1;
    settings.queue_limit = 200ms;
  });
  stage.face.takes = 500ms;
  std::thread first([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered == 1; }));
  const Seen second = play(stage.socket(), open_for("anna"), {"right"});
  assert_true(second.outcome == Outcome::unavailable);
  assert_int_equal(stage.face.answered, 1);
  first.join();
}

void answer_of_a_module_that_left_is_not_judged(void**) {
  // T4
  IpcStage stage([](ipc::Settings& settings) { settings.threads = 1; });
  stage.face.takes = 400ms;
  const auto deadline = wire::Deadline::in_milliseconds(3'000);
  std::optional<wire::Client> leaver(std::in_place);
  wire::DaemonMessage message;
  (void)leaver->connect(stage.socket().c_str(), ::getuid(), deadline);
  (void)leaver->send(open_for("anna"), deadline);
  assert_true(leaver->receive(message, deadline) == wire::ClientFault::none);
  std::thread busy([&] { (void)play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered == 1; }));
  (void)leaver->send(wire::Answer{{"right"}}, deadline);
  std::this_thread::sleep_for(50ms);
  leaver.reset();
  busy.join();
  assert_true(soon([&] { return stage.server->connections() == 0; }));
  stage.server->stop(1s);
  assert_int_equal(stage.face.answered, 1);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(frame_over_the_limit_closes_at_its_length_word),
      cmocka_unit_test(nonsense_frames_close),
      cmocka_unit_test(one_byte_a_second_is_cut_after_ten),
      cmocka_unit_test(slow_person_is_waited_for_but_a_slow_answer_is_cut),
      cmocka_unit_test(connection_that_says_nothing_is_cut),
      cmocka_unit_test(conversation_that_takes_too_long_is_denied),
      cmocka_unit_test(default_limits_are_those_of_the_requirement),
      cmocka_unit_test(one_uid_cannot_keep_others_out),
      cmocka_unit_test(running_out_of_descriptors_passes),
      cmocka_unit_test(login_that_waited_too_long_for_a_thread_is_not_judged),
      cmocka_unit_test(answer_of_a_module_that_left_is_not_judged),
      cmocka_unit_test(five_thousand_idle_connections_leave_logins_working),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
