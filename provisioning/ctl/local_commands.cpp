#include "ctl/local_commands.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "base/key_file.hpp"
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

ExitCode rotate_key(const KeyRotate& command, const Terminal& terminal) {
  initialise_crypto();
  const Result<void> added = add_key_to_file(command.file);
  if (!added) {
    Terminal::complain("no key was added: " + added.error().detail);
    return ExitCode::refused;
  }
  const Result<Keyring> keyring = Keyring::load(command.file);
  if (!keyring) {
    Terminal::complain("the key file cannot be read any more: " + keyring.error().detail);
    return ExitCode::failed;
  }
  terminal.result(keyring->fingerprints().front());
  terminal.note("A new key stands in " + command.file.string() +
                ", before those that are still needed. Nothing is sealed with it yet. Keep a copy "
                "of the file, put it on every host whose portald uses the same store, let each "
                "read it (systemctl reload portald), and then: portalctl key activate");
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
