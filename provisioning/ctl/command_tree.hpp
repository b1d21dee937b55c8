#pragma once

#include <string>
#include <vector>

namespace portal::ctl {

/// An option or an argument of a command, as the reader of the command line knows it.
struct CommandOption {
  std::vector<std::string> names;  ///< "-q", "--quiet"; none for an argument
  bool takes_value = false;
  bool takes_file = false;           ///< the value is the name of a file
  std::vector<std::string> choices;  ///< the only values, if there are such
};

/// A word of the command line, and what may follow it.
struct CommandWord {
  std::string name;
  std::vector<CommandOption> options;
  std::vector<CommandOption> positionals;
  std::vector<CommandWord> words;
};

/// Every command, from the definitions that parse_arguments reads by.
CommandWord command_tree();

}  // namespace portal::ctl
