#include "ctl/local_commands.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "base/keyring.hpp"
#include "base/random.hpp"
#include "ctl/command_tree.hpp"
#include "ctl/completion.hpp"

namespace portal::ctl {
namespace {

std::filesystem::path portald_beside_us() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  // Installed they share a folder; in a build tree each has its own.
  for (const auto& place :
       {self.parent_path() / "portald", self.parent_path().parent_path() / "daemon" / "portald"}) {
    if (std::filesystem::exists(place, error)) return place;
  }
  return {};
}

}  // namespace

ExitCode generate_key(const KeyGenerate& command, const Terminal& terminal) {
  initialise_crypto();
  const Result<void> made = Keyring::generate(command.file);
  if (!made) {
    const bool exists = made.error().code == Errc::conflict;
    terminal.refuse(exists ? "conflict" : "unavailable",
                    exists ? command.file.string() +
                                 " exists; a key is never overwritten: name "
                                 "another file"
                           : "the key could not be written: " + made.error().detail);
    return ExitCode::refused;
  }
  terminal.note("The key is in " + command.file.string() +
                ". Keep a copy in a safe place: without it the store cannot be read.");
  return ExitCode::ok;
}

ExitCode print_completion(const Terminal& terminal) {
  terminal.text(bash_completion(command_tree()));
  return ExitCode::ok;
}

ExitCode check_config(const ConfigCheck& command, const Terminal& terminal) {
  std::string program = portald_beside_us().string();
  if (program.empty()) program = "portald";
  std::string check = "--check";
  std::string config = "--config";
  std::string file = command.file.string();
  const std::array<char*, 5> argv = {program.data(), check.data(), config.data(), file.data(),
                                     nullptr};
  ::execvp(program.c_str(), argv.data());
  terminal.refuse("not_found",
                  "portald is neither beside portalctl nor in PATH; run portald --check --config " +
                      file + " where it is");
  return ExitCode::refused;
}

}  // namespace portal::ctl
