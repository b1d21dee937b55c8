#include "ctl/completion.hpp"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace portal::ctl {
namespace {

// An option's value may come as "--state=x", which bash makes three words of.
constexpr std::string_view kBegin =
    R"(# Completes portalctl(8) in bash. Made by "portalctl completion bash": do not edit.

_portalctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local path= word words= options= files= value= i
  COMPREPLY=()
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ -n $value ]]; then
      [[ $word == = ]] || value=
      continue
    fi
)";

constexpr std::string_view kEnd = R"(
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  elif [[ -n $files ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  fi
}

complete -F _portalctl portalctl
)";

std::string joined(const std::set<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

/// What is known of the commands, gathered word by word.
class Script {
 public:
  void add(const CommandWord& word, const std::string& path);
  std::string text() const;

 private:
  void add_option(const CommandOption& option);

  std::set<std::string> anywhere_;  ///< options of every command
  std::set<std::string> with_value_;
  std::set<std::string> with_file_;
  std::map<std::string, std::set<std::string>> choices_;  ///< by the names that take them
  std::set<std::string> steps_;  ///< from a path to the next word: "' accounts'", "'accounts list'"
  std::string cases_;
};

void Script::add_option(const CommandOption& option) {
  if (!option.takes_value) return;
  const std::set<std::string> names(option.names.begin(), option.names.end());
  with_value_.insert(names.begin(), names.end());
  if (option.takes_file) with_file_.insert(names.begin(), names.end());
  if (option.choices.empty()) return;
  const std::set<std::string> choices(option.choices.begin(), option.choices.end());
  choices_[joined(choices, " ")].insert(names.begin(), names.end());
}

void Script::add(const CommandWord& word, const std::string& path) {
  std::set<std::string> options;
  for (const CommandOption& option : word.options) {
    options.insert(option.names.begin(), option.names.end());
    add_option(option);
  }
  std::set<std::string> words;
  bool files = false;
  for (const CommandWord& next : word.words) words.insert(next.name);
  for (const CommandOption& argument : word.positionals) {
    words.insert(argument.choices.begin(), argument.choices.end());
    files = files || argument.takes_file;
  }
  cases_ += "    '" + path + "')";
  if (!words.empty()) cases_ += " words='" + joined(words, " ") + "'";
  if (files) cases_ += " files=1";
  // Those of the program itself may stand anywhere.
  if (path.empty()) std::swap(anywhere_, options);
  std::erase_if(options, [&](const std::string& name) { return anywhere_.contains(name); });
  if (!options.empty()) cases_ += " options+=' " + joined(options, " ") + "'";
  cases_ += " ;;\n";
  for (const CommandWord& next : word.words) {
    steps_.insert("'" + path + " " + next.name + "'");
    add(next, path.empty() ? next.name : path + " " + next.name);
  }
}

std::string Script::text() const {
  std::string script(kBegin);
  script += "    case $word in\n      " + joined(with_value_, " | ") + ") value=1 ;;\n";
  script += "      -* | =) ;;\n      *)\n        case \"$path $word\" in\n          ";
  script += joined(steps_, " | \\\n            ");
  script += ")\n            path=${path:+$path }$word ;;\n        esac ;;\n    esac\n  done\n\n";
  script += "  case $prev in\n";
  for (const auto& [choices, names] : choices_) {
    script += "    " + joined(names, " | ") + ")\n";
    script += "      mapfile -t COMPREPLY < <(compgen -W '" + choices + "' -- \"$cur\")\n";
    script += "      return ;;\n";
  }
  script += "    " + joined(with_file_, " | ") + ")\n";
  script += "      compopt -o filenames 2> /dev/null\n";
  script += "      mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n      return ;;\n";
  script += "    " + joined(with_value_, " | ") + ")\n      return ;;\n  esac\n\n";
  script += "  options='" + joined(anywhere_, " ") + "'\n  case $path in\n";
  return script + cases_ + "  esac\n" + std::string(kEnd);
}

}  // namespace

std::string bash_completion(const CommandWord& root) {
  Script script;
  script.add(root, "");
  return script.text();
}

}  // namespace portal::ctl
