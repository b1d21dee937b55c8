#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace portal {

/// What portald was asked to do.
struct CommandLine {
  enum class Task { serve, check, print_defaults, version, help } task = Task::serve;
  std::filesystem::path configuration = "/etc/portald/portald.toml";
};

/// Fails: malformed (an unknown option, an argument; the detail is a sentence for the terminal).
Result<CommandLine> parse_command_line(int count, char** arguments);

/// What --help prints.
std::string help_text();

}  // namespace portal
