// portald: parses the command line, builds the house, waits for signals.

#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cstdio>
#include <exception>

#include "base/random.hpp"
#include "daemon/command_line.hpp"
#include "daemon/configuration.hpp"
#include "daemon/defaults_text.hpp"
#include "daemon/foundations.hpp"
#include "daemon/house.hpp"
#include "daemon/log_sinks.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/signals.hpp"

namespace portal {
namespace {

/// Until the configuration has been read.
constexpr LogSettings kFirstLog{};

/// A start that failed for good is not tried again by systemd (RestartPreventExitStatus=).
int exit_code_of(Errc code) {
  switch (code) {
    case Errc::unavailable: return EX_TEMPFAIL;
    case Errc::internal: return EX_SOFTWARE;
    case Errc::conflict: return EX_TEMPFAIL;
    case Errc::not_found:
    case Errc::denied:
    case Errc::rate_limited:
    case Errc::malformed: return EX_CONFIG;
  }
  return EX_SOFTWARE;
}

/// Each line of an error for the terminal or the log, on its own.
int complain(const Error& error, bool to_terminal) {
  std::string_view rest = error.detail;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (to_terminal) {
      (void)std::fprintf(stderr, "%s\n", escaped_for_log(line).c_str());
    } else {
      log(LogLevel::error, line, {{"code", std::string(name_of(error.code))}});
    }
  }
  return exit_code_of(error.code);
}

int check(const CommandLine& line) {
  Result<Configuration> configuration = load_configuration(line.configuration);
  if (!configuration) return complain(configuration.error(), true);
  const auto advice = check_house(std::move(*configuration));
  if (!advice) return complain(advice.error(), true);
  if (!advice->empty())
    (void)std::fprintf(stderr, "warning: %s\n", escaped_for_log(*advice).c_str());
  (void)std::printf("%s: good\n", line.configuration.c_str());
  return EX_OK;
}

void reload(House& house) {
  service_manager::reloading();
  if (const auto done = house.reload_certificate(); done) {
    log(LogLevel::info, "certificate read again");
  } else {
    log(LogLevel::error, "the old certificate stays", {{"reason", done.error().detail}});
  }
  if (const auto taken = house.take_up_keys(); !taken) {
    log(LogLevel::error, "no key was taken up", {{"reason", taken.error().detail}});
  } else if (*taken > 0) {
    log(LogLevel::info, "keys taken up", {{"keys", std::to_string(*taken)}});
  }
  service_manager::ready();
}

/// Until the first signal to end.
void stay(House& house, const Signals& signals) {
  const auto period = service_manager::watchdog_period();
  for (;;) {
    const auto signal = signals.next(period);
    if (signal == Signals::Kind::end) return;
    if (signal == Signals::Kind::reload) reload(house);
    service_manager::alive();
  }
}

int serve(const CommandLine& line) {
  const Signals signals;
  auto sink = make_log_sink(kFirstLog);
  set_log_sink(sink.get());
  Result<Configuration> configuration = load_configuration(line.configuration);
  if (!configuration) return complain(configuration.error(), false);
  const auto configured_sink = make_log_sink(configuration->log);
  set_log_sink(configured_sink.get());

  const auto patience = configuration->patience_at_end;
  auto house = House::build(std::move(*configuration), service_manager::inherited_socket("login"));
  if (!house) return complain(house.error(), false);
  log(LogLevel::info, "serving",
      {{"version", PORTAL_VERSION}, {"port", std::to_string((*house)->web_port())}});
  service_manager::ready();
  stay(**house, signals);

  service_manager::stopping(patience + std::chrono::seconds(30));
  log(LogLevel::info, "ending when what is in flight has finished");
  signals.let_the_next_one_kill();
  (*house)->close(patience);
  house->reset();
  log(LogLevel::info, "ended");
  set_log_sink(nullptr);
  return EX_OK;
}

int run(const CommandLine& line) {
  switch (line.task) {
    case CommandLine::Task::help: (void)std::fputs(help_text().c_str(), stdout); return EX_OK;
    case CommandLine::Task::version: (void)std::puts("portald " PORTAL_VERSION); return EX_OK;
    case CommandLine::Task::print_defaults:
      (void)std::fputs(defaults_text(describe(configuration_keys(), Configuration{})).c_str(),
                       stdout);
      return EX_OK;
    case CommandLine::Task::check: return check(line);
    case CommandLine::Task::serve: return serve(line);
  }
  return EX_SOFTWARE;
}

}  // namespace
}  // namespace portal

int main(int count, char** arguments) {
  // What this process makes is its own, and what it knows never lands in a core file.
  ::umask(0077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  portal::initialise_crypto();
  const auto line = portal::parse_command_line(count, arguments);
  if (!line) {
    (void)std::fprintf(stderr, "portald: %s\n%s", line.error().detail.c_str(),
                       "Try portald --help.\n");
    return EX_USAGE;
  }
  try {
    return portal::run(*line);
  } catch (const std::exception&) {
    // what() may quote a bound value or a path in a secret's place.
    portal::log(portal::LogLevel::error, "ended by an exception");
    return EX_SOFTWARE;
  }
}
