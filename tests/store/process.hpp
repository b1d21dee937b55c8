#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

/// This same test program as another process, in the role that `arguments` name; killed and reaped
/// at its end. What it writes to its standard output is read here.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    int out[2];
    int in[2];
    assert_int_equal(::pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(::pipe2(in, O_CLOEXEC), 0);
    output_ = FileDescriptor(out[0]);
    input_ = FileDescriptor(in[1]);
    const FileDescriptor their_output(out[1]);
    const FileDescriptor their_input(in[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, their_output.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, their_input.get(), STDIN_FILENO);
    std::string self = "/proc/self/exe";
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    const int error =
        ::posix_spawn(&pid_, self.c_str(), &actions, nullptr,
                      pointers({self.data()}, arguments).data(), pointers({}, environment).data());
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(error, 0);
  }
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        output_(std::move(other.output_)),
        input_(std::move(other.input_)) {}
  ~Process() { kill(); }

  /// The next line it writes, empty at the end.
  std::string line() {
    std::string text;
    char next = 0;
    while (::read(output_.get(), &next, 1) == 1 && next != '\n') text.push_back(next);
    return text;
  }
  /// Its exit status, or minus the number of the signal that killed it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  /// kill -9.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// It reads the end of its standard input.
  void close_input() { input_.close(); }

 private:
  static std::vector<char*> pointers(std::vector<char*> made, std::vector<std::string>& texts) {
    for (std::string& text : texts) made.push_back(text.data());
    made.push_back(nullptr);
    return made;
  }

  pid_t pid_ = -1;
  FileDescriptor output_;
  FileDescriptor input_;
};

/// In the child: tells the parent, and waits for the end of the standard input.
inline void say(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(99);
}
inline void wait_for_end_of_input() {
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) {
  }
}

}  // namespace portal::test
