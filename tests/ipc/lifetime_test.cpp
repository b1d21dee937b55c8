// The server's beginning and end: its socket's file, who may have it, and a clean stop.

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

#include "ipc/socket_file.hpp"
#include "ipc_stage.hpp"
#include "support/cmocka.hpp"
#include "support/scripted_daemon.hpp"

using namespace portal;
using namespace portal::test;
using ipc::SocketFile;
using wire::Outcome;

namespace {

struct Place {
  TemporaryFolder folder;
  std::filesystem::path socket = folder.path() / "run/login.sock";
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

void socket_and_directory_are_made_with_their_modes(void**) {
  // C2
  const Place place;
  {
    const Result<SocketFile> file = SocketFile::make(place.socket, 0660);
    assert_ok(file);
    assert_int_equal(mode_of(place.socket), 0660);
    assert_int_equal(mode_of(place.socket.parent_path()) & 0022, 0);
  }
  assert_false(std::filesystem::exists(place.socket));
}

void live_server_is_not_displaced(void**) {
  // C2
  const Place place;
  const Result<SocketFile> first = SocketFile::make(place.socket, 0666);
  assert_ok(first);
  assert_error(SocketFile::make(place.socket, 0666), Errc::conflict);
  assert_true(std::filesystem::exists(place.socket));
}

void live_server_of_another_program_is_not_displaced(void**) {
  // C2
  const Place place;
  std::filesystem::create_directory(place.socket.parent_path());
  const FileDescriptor other = listen_at(place.socket);
  assert_error(SocketFile::make(place.socket, 0666), Errc::conflict);
}

void socket_of_a_dead_server_is_replaced(void**) {
  // C2
  const Place place;
  std::filesystem::create_directory(place.socket.parent_path());
  { const FileDescriptor dead = listen_at(place.socket); }
  assert_true(std::filesystem::exists(place.socket));
  assert_ok(SocketFile::make(place.socket, 0666));
}

void what_is_no_socket_is_left_alone(void**) {
  // C2
  const Place place;
  std::filesystem::create_directory(place.socket.parent_path());
  std::ofstream(place.socket) << "precious";
  assert_error(SocketFile::make(place.socket, 0666), Errc::conflict);
  assert_int_equal(std::filesystem::file_size(place.socket), 8);
}

void directory_that_others_may_write_in_is_refused(void**) {
  // C2
  const Place place;
  const auto directory = place.socket.parent_path();
  std::filesystem::create_directory(directory);
  assert_int_equal(::chmod(directory.c_str(), 0777), 0);
  assert_error(SocketFile::make(place.socket, 0666), Errc::denied);
  if (::getuid() != 0) return;
  assert_int_equal(::chmod(directory.c_str(), 0755), 0);
  assert_int_equal(::chown(directory.c_str(), 65533, 65533), 0);
  assert_error(SocketFile::make(place.socket, 0666), Errc::denied);
}

void impossible_paths_are_refused(void**) {
  // C2
  assert_error(SocketFile::make("run/login.sock", 0666), Errc::malformed);
  assert_error(SocketFile::make("/tmp/" + std::string(200, 'x'), 0666), Errc::malformed);
  assert_error(SocketFile::make("/nowhere/at/all", 0666), Errc::unavailable);
}

void successor_keeps_its_socket_when_the_old_one_ends(void**) {
  // C2
  const Place place;
  {
    const Result<SocketFile> old = SocketFile::make(place.socket, 0666);
    assert_ok(old);
    std::filesystem::remove(place.socket);
    std::ofstream(place.socket) << "somebody else's";
  }
  assert_true(std::filesystem::exists(place.socket));
}

void inherited_socket_is_served_and_left(void**) {
  // C2
  const Place place;
  std::filesystem::create_directory(place.socket.parent_path());
  FakeFace face;
  const FakePhrasebook phrases;
  ipc::Settings settings;
  settings.inherited_socket = listen_at(place.socket).release();
  Result<std::unique_ptr<ipc::Server>> server = ipc::Server::start(settings, face, phrases);
  assert_ok(server);
  assert_true(play(place.socket, open_for("anna"), {"right", "447683"}).outcome ==
              Outcome::success);
  server->reset();
  assert_true(std::filesystem::exists(place.socket));
}

void descriptor_that_does_not_listen_is_refused(void**) {
  // C2
  FakeFace face;
  const FakePhrasebook phrases;
  ipc::Settings settings;
  settings.inherited_socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_error(ipc::Server::start(settings, face, phrases), Errc::malformed);
}

void stop_lets_what_is_in_flight_finish(void**) {
  // R13
  IpcStage stage;
  stage.face.takes = 400ms;
  Seen seen;
  std::thread login([&] { seen = play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered == 1; }));
  stage.server->stop(5s);
  login.join();
  assert_true(seen.outcome == Outcome::denied);
  assert_false(std::filesystem::exists(stage.settings.socket));
}

void stop_sends_refusals_that_are_held(void**) {
  // L5
  IpcStage stage([](ipc::Settings& settings) { settings.refusal_schedule = 500ms; });
  Seen seen;
  std::thread login([&] { seen = play(stage.socket(), open_for("anna"), {"wrong"}); });
  assert_true(soon([&] { return stage.face.answered == 1; }));
  stage.server->stop(5s);
  login.join();
  assert_true(seen.outcome == Outcome::denied);
}

void stop_does_not_wait_for_a_person(void**) {
  // M2
  IpcStage stage;
  const auto deadline = wire::Deadline::in_milliseconds(3'000);
  wire::DaemonMessage message;
  wire::Client waiting;
  (void)waiting.connect(stage.socket().c_str(), ::getuid(), deadline);
  (void)waiting.send(open_for("anna"), deadline);
  assert_true(waiting.receive(message, deadline) == wire::ClientFault::none);
  assert_true(seconds_of([&] { stage.server->stop(5s); }) < 1.0);
  (void)waiting.send(wire::Answer{{"right"}}, deadline);
  assert_true(waiting.receive(message, deadline) == wire::ClientFault::closed);
  stage.server->stop(5s);  // again: nothing to do
}

void server_starts_again_at_the_same_place(void**) {
  // M2
  IpcStage stage;
  stage.server->stop(1s);
  stage.server = std::move(*ipc::Server::start(stage.settings, stage.face, stage.phrases));
  assert_true(play(stage.socket(), open_for("anna"), {"right", "447683"}).outcome ==
              Outcome::success);
}

void many_at_once_are_all_served(void**) {
  // C1
  IpcStage stage;
  std::atomic<int> granted = 0;
  std::vector<std::thread> people;
  for (int i = 0; i < 16; ++i)
    people.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const Seen seen = play(stage.socket(), open_for("anna"), {"right", "447683"});
        granted += seen.outcome == Outcome::success ? 1 : 0;
      }
    });
  for (std::thread& person : people) person.join();
  assert_int_equal(granted, 400);
}

/// Asks for the password's prompt, or for the account's standing, and waits for the answer later.
void ask(wire::Client& client, const Place& place, wire::Operation operation) {
  const auto deadline = wire::Deadline::in_milliseconds(5'000);
  assert_true(client.connect(place.socket.c_str(), ::getuid(), deadline) ==
              wire::ClientFault::none);
  wire::Open open = open_for("anna");
  open.operation = operation;
  assert_true(client.send(open, deadline) == wire::ClientFault::none);
}

void who_blocks_keeps_nobody_behind_them_at_the_door(void**) {
  // C1: both wait in the kernel's queue before the server begins
  const Place place;
  std::filesystem::create_directory(place.socket.parent_path());
  std::promise<void> release;
  FakeFace face;
  face.before_standing = [done = release.get_future().share()] { done.wait(); };
  const FakePhrasebook phrases;
  ipc::Settings settings;
  settings.inherited_socket = listen_at(place.socket).release();
  wire::Client blocking;
  wire::Client behind;
  ask(blocking, place, wire::Operation::account);
  ask(behind, place, wire::Operation::authenticate);
  Result<std::unique_ptr<ipc::Server>> server = ipc::Server::start(settings, face, phrases);
  assert_ok(server);
  wire::DaemonMessage message;
  const auto fault = behind.receive(message, wire::Deadline::in_milliseconds(3'000));
  release.set_value();
  assert_true(fault == wire::ClientFault::none);
  assert_true(message.type == wire::MessageType::prompt);
}

void long_and_short_work_at_any_time_is_all_answered(void**) {
  // C1: who leads the loop is relieved in the midst of work, or is not, or just at its end
  IpcStage stage([](ipc::Settings& settings) { settings.threads = 3; });
  std::atomic<int> turn = 0;
  stage.face.before_standing = [&turn] {
    std::this_thread::sleep_for(std::chrono::microseconds(turn++ * 337 % 4'500));
  };
  std::atomic<int> answered = 0;
  std::vector<std::thread> people;
  for (int person = 0; person < 3; ++person)
    people.emplace_back([&, person] {
      for (int i = 0; i < 100; ++i) {
        wire::Open open = open_for("anna");
        open.operation = wire::Operation::account;
        answered += play(stage.socket(), open, {}).outcome == Outcome::success ? 1 : 0;
        std::this_thread::sleep_for(std::chrono::microseconds((i * 571 + person * 1'009) % 9'000));
      }
    });
  for (std::thread& person : people) person.join();
  assert_int_equal(answered, 300);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(socket_and_directory_are_made_with_their_modes),
      cmocka_unit_test(live_server_is_not_displaced),
      cmocka_unit_test(live_server_of_another_program_is_not_displaced),
      cmocka_unit_test(socket_of_a_dead_server_is_replaced),
      cmocka_unit_test(what_is_no_socket_is_left_alone),
      cmocka_unit_test(directory_that_others_may_write_in_is_refused),
      cmocka_unit_test(impossible_paths_are_refused),
      cmocka_unit_test(successor_keeps_its_socket_when_the_old_one_ends),
      cmocka_unit_test(inherited_socket_is_served_and_left),
      cmocka_unit_test(descriptor_that_does_not_listen_is_refused),
      cmocka_unit_test(stop_lets_what_is_in_flight_finish),
      cmocka_unit_test(stop_sends_refusals_that_are_held),
      cmocka_unit_test(stop_does_not_wait_for_a_person),
      cmocka_unit_test(server_starts_again_at_the_same_place),
      cmocka_unit_test(many_at_once_are_all_served),
      cmocka_unit_test(who_blocks_keeps_nobody_behind_them_at_the_door),
      cmocka_unit_test(long_and_short_work_at_any_time_is_all_answered),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
