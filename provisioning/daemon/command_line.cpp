#include "daemon/command_line.hpp"

#include <getopt.h>

#include <array>

namespace portal {

Result<CommandLine> parse_command_line(int count, char** arguments) {
  using Task = CommandLine::Task;
  const std::array<option, 6> options = {{{"config", required_argument, nullptr, 'c'},
                                          {"check", no_argument, nullptr, 'k'},
                                          {"print-defaults", no_argument, nullptr, 'd'},
                                          {"version", no_argument, nullptr, 'V'},
                                          {"help", no_argument, nullptr, 'h'},
                                          {nullptr, 0, nullptr, 0}}};
  CommandLine line;
  ::opterr = 0;
  ::optind = 1;
  for (;;) {
    const int at = ::optind;
    const int letter = ::getopt_long(count, arguments, "c:h", options.data(), nullptr);
    if (letter == -1) break;
    switch (letter) {
      case 'c': line.configuration = ::optarg; break;
      case 'k': line.task = Task::check; break;
      case 'd': line.task = Task::print_defaults; break;
      case 'V': line.task = Task::version; break;
      case 'h': line.task = Task::help; break;
      default: return fail(Errc::malformed, std::string("unknown option ") + arguments[at]);
    }
  }
  if (::optind < count) {
    return fail(Errc::malformed, std::string("unexpected argument ") + arguments[::optind]);
  }
  return line;
}

std::string help_text() {
  return "Usage: portald [--config FILE] [--check | --print-defaults | --version | --help]\n"
         "\n"
         "Serves the portal login: the pages, the PAM modules, the administration.\n"
         "\n"
         "  --config FILE     the configuration (/etc/portald/portald.toml)\n"
         "  --check           look at the configuration, what it names and the directory, then "
         "end\n"
         "  --print-defaults  print a configuration with every key and its default\n"
         "  --version         print the version\n"
         "  --help            print this\n"
         "\n"
         "Signals: HUP reads the certificate again; TERM and INT end the daemon when what is in\n"
         "flight has finished, a second one at once. See portald(8), portald.toml(5).\n";
}

}  // namespace portal
