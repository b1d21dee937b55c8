#pragma once

#include <sys/wait.h>

#include <fstream>

#include "api/fixture.hpp"
#include "base/file.hpp"
#include "http/server.hpp"

namespace portal::test {

inline constexpr const char* kHeader =
    "ahv_number,birth_date,given_name,family_name,portal,audience,activation_code\n";

struct Outcome {
  int exit = -1;
  std::string out;
  std::string err;
};

/// A desk that is open on a socket.
struct OpenDesk : Desk {
  explicit OpenDesk(unsigned mode = 0600) : socket(house.folder.path() / "admin.sock") {
    serve(router, mode);
  }

  /// Opens the socket anew, with other routes than the desk's own.
  void serve(const http::Router& routes, unsigned mode = 0600) {
    server.reset();
    http::Listener listener;
    listener.kind = http::Listener::Kind::unix_socket;
    listener.socket = socket;
    listener.socket_mode = mode;
    http::Limits limits;
    limits.body_bytes = AdministrationApi::kBodyBytes;
    auto started = http::Server::start(listener, limits, routes);
    assert_ok(started);
    server = std::move(*started);
  }

  /// Runs the program; `before` stands before it on the command line.
  Outcome run(const std::string& arguments, const std::string& input = "",
              const std::string& before = "") const {
    const std::filesystem::path folder = house.folder.path();
    std::ofstream(folder / "in", std::ios::binary) << input;
    const std::string command = before + PORTALCTL_PROGRAM " --socket " + socket.string() + " " +
                                arguments + " <" + (folder / "in").string() + " >" +
                                (folder / "out").string() + " 2>" + (folder / "err").string();
    const int status = std::system(command.c_str());
    Outcome outcome;
    outcome.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    outcome.out = *read_text_file(folder / "out", 1'000'000);
    outcome.err = *read_text_file(folder / "err", 1'000'000);
    return outcome;
  }

  std::filesystem::path socket;
  std::unique_ptr<http::Server> server;
};

inline void assert_exit(const Outcome& outcome, int expected) {
  if (outcome.exit == expected) return;
  fail_msg("exit %d, not %d: %s%s", outcome.exit, expected, outcome.out.c_str(),
           outcome.err.c_str());
}

inline void assert_says(const std::string& text, const std::string& part) {
  if (text.find(part) == std::string::npos) {
    fail_msg("'%s' is not in '%s'", part.c_str(), text.c_str());
  }
}

inline std::string person_line(int number, const std::string& code = "K7QF9XTM4PWRA") {
  return ahv_number(number) + ",17.04.1963,Anna,Muster,flex,insured," + code + "\n";
}

inline std::string persons(int count) {
  std::string text = kHeader;
  for (int i = 1; i <= count; ++i) text += person_line(i);
  return text;
}

inline bool registers(OpenDesk& desk, int number, std::string_view code = "K7QF9XTM4PWRA") {
  const auto outcome = desk.house.identify(ahv_number(number), "17.04.1963", code);
  assert_ok(outcome);
  return std::holds_alternative<Identified>(*outcome);
}

}  // namespace portal::test
