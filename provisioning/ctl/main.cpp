#include <exception>
#include <variant>

#include "ctl/arguments.hpp"
#include "ctl/commands.hpp"
#include "ctl/terminal.hpp"

int main(int argc, char** argv) {
  using namespace portal::ctl;
  try {
    const auto parsed = parse_arguments(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return static_cast<int>(*code);
    return static_cast<int>(run(std::get<Arguments>(parsed)));
  } catch (const std::exception& fault) {
    Terminal::complain(fault.what());
    return static_cast<int>(ExitCode::failed);
  }
}
