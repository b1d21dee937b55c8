#include "ctl/import_command.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <utility>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "ctl/persons_file.hpp"

namespace portal::ctl {
namespace {

constexpr std::size_t kMostFaultsShown = 1'000;
constexpr int kUnprocessable = 422;

LineFault fault_of(const Json& error) {
  LineFault fault;
  const std::string line = error.text("line");
  std::from_chars(line.data(), line.data() + line.size(), fault.line);
  const std::string pointer = error.text("pointer");
  fault.field = pointer.substr(pointer.rfind('/') + 1);
  fault.detail = error.text("detail");
  return fault;
}

/// One import on its way.
class Import {
 public:
  explicit Import(Daemon& daemon) : daemon_(daemon) {}
  ~Import() {
    if (!id_.empty()) daemon_.ask_anyway("DELETE", route());
  }
  Import(const Import&) = delete;
  Import& operator=(const Import&) = delete;

  bool open() {
    const std::optional<Reply> reply = daemon_.ask("POST", "/v1/imports");
    const std::optional<Json> body = reply ? Json::parse(reply->body) : std::nullopt;
    if (body) id_ = body->text("id");
    if (body && id_.empty()) daemon_.give_up("the daemon opened an import without an id");
    return !id_.empty();
  }

  /// False if going on makes no sense; faults of rows are noted and others go on.
  bool send(RowsChunk& chunk) {
    const std::optional<Reply> reply = daemon_.ask_anyway("POST", route() + "/rows", chunk.json);
    wipe(chunk.json);
    if (!reply) return false;
    const std::optional<Json> body = Json::parse(reply->body);
    if (reply->status == kUnprocessable && body) {
      for (const Json& error : body->items("errors")) faults_.push_back(fault_of(error));
      return true;
    }
    if (exit_code_of(reply->status) != ExitCode::ok || !body) {
      daemon_.complain_about(*reply);
      return false;
    }
    rows_ += chunk.rows;
    for (const Json& warning : body->items("warnings")) warnings_.push_back(fault_of(warning));
    return true;
  }

  std::optional<Reply> commit() {
    std::optional<Reply> report =
        daemon_.ask("POST", route() + "/commit", "{\"rows\":" + std::to_string(rows_) + "}");
    if (report) id_.clear();
    return report;
  }

  std::size_t rows() const noexcept { return rows_; }
  std::vector<LineFault>& faults() noexcept { return faults_; }
  const std::vector<LineFault>& warnings() const noexcept { return warnings_; }

 private:
  std::string route() const { return "/v1/imports/" + percent_encoded(id_); }

  Daemon& daemon_;
  std::string id_;
  std::size_t rows_ = 0;
  std::vector<LineFault> faults_;
  std::vector<LineFault> warnings_;
};

void print_faults(std::vector<LineFault> faults) {
  std::ranges::stable_sort(faults, {}, &LineFault::line);
  for (std::size_t i = 0; i < std::min(faults.size(), kMostFaultsShown); ++i) {
    const LineFault& fault = faults[i];
    std::string sentence = fault.line > 0 ? "line " + std::to_string(fault.line) + ": " : "";
    if (!fault.field.empty()) sentence += fault.field + " ";
    std::cerr << escaped_for_log(sentence + fault.detail) << '\n';
  }
  if (faults.size() > kMostFaultsShown) {
    std::cerr << "and " << faults.size() - kMostFaultsShown << " more\n";
  }
  Terminal::complain("nothing was imported: " + std::to_string(faults.size()) +
                     " faults; correct them and import the file again");
}

void print_warnings(const std::vector<LineFault>& warnings) {
  if (warnings.empty()) return;
  Terminal::warn(std::to_string(warnings.size()) +
                 " activation codes are weak (fewer than 20 bits) and can be guessed, the first "
                 "at line " +
                 std::to_string(warnings.front().line));
}

/// False if the daemon stopped it.
bool send_all(PersonsFile& file, Import& import) {
  while (std::optional<RowsChunk> chunk = file.next_chunk()) {
    if (!import.send(*chunk)) return false;
  }
  import.faults().insert(import.faults().end(), file.faults().begin(), file.faults().end());
  return true;
}

ExitCode import_from(std::istream& in, const PersonsImport& command, Daemon& daemon,
                     const Terminal& terminal) {
  PersonsFile file(in);
  if (!file.faults().empty()) {
    print_faults(file.faults());
    return ExitCode::refused;
  }
  Import import(daemon);
  if (!import.open() || !send_all(file, import)) return daemon.exit_code();
  if (import.faults().empty() && import.rows() == 0) {
    import.faults().push_back({0, "", "the file has no rows"});
  }
  print_warnings(import.warnings());
  if (!import.faults().empty()) {
    print_faults(std::move(import.faults()));
    return ExitCode::refused;
  }
  if (command.dry_run) {
    terminal.note(std::to_string(import.rows()) + " rows are good; nothing was changed.");
    return ExitCode::ok;
  }
  const std::optional<Reply> report = import.commit();
  const std::optional<Json> body = report ? Json::parse(report->body) : std::nullopt;
  if (!body) return daemon.exit_code();
  terminal.facts(*report, *body,
                 {{"added", "added"},
                  {"updated", "updated"},
                  {"unchanged", "unchanged"},
                  {"new letters", "letters"}});
  return ExitCode::ok;
}

}  // namespace

ExitCode import_persons(const PersonsImport& command, Daemon& daemon, const Terminal& terminal) {
  if (command.file == "-") return import_from(std::cin, command, daemon, terminal);
  std::ifstream in(command.file, std::ios::binary);
  if (in) return import_from(in, command, daemon, terminal);
  Terminal::complain("cannot read " + command.file);
  return ExitCode::refused;
}

}  // namespace portal::ctl
