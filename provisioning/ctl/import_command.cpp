#include "ctl/import_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "base/log.hpp"
#include "ctl/persons_file.hpp"
#include "ctl/progress.hpp"
#include "ctl/rows_upload.hpp"

namespace portal::ctl {
namespace {

/// One import on its way; abandoned at its end if it was not committed.
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

  /// Puts the rows in force; asked once more, it waits a second for them to be settled.
  std::optional<Reply> commit(std::size_t rows) {
    std::optional<Reply> report =
        daemon_.ask("POST", route() + "/commit", "{\"rows\":" + std::to_string(rows) + "}");
    if (report) is_committed_ = true;
    return report;
  }
  void keep() { id_.clear(); }
  bool is_committed() const noexcept { return is_committed_; }

  std::string route() const { return "/v1/imports/" + percent_encoded(id_); }

 private:
  Daemon& daemon_;
  std::string id_;
  bool is_committed_ = false;
};

void print_faults(std::vector<LineFault> faults, std::size_t count) {
  std::ranges::stable_sort(faults, {}, &LineFault::line);
  for (const LineFault& fault : faults) {
    std::string sentence = fault.line > 0 ? "line " + std::to_string(fault.line) + ": " : "";
    if (!fault.field.empty()) sentence += fault.field + " ";
    std::cerr << escaped_for_log(sentence + fault.detail) << '\n';
  }
  if (count > faults.size()) std::cerr << "and " << count - faults.size() << " more\n";
  Terminal::complain("nothing was imported: " + std::to_string(count) +
                     " faults; correct them and import the file again");
}

void print_faults(const FaultList& in_file, const FaultList& of_rows) {
  std::vector<LineFault> all = in_file.kept();
  all.insert(all.end(), of_rows.kept().begin(), of_rows.kept().end());
  print_faults(std::move(all), in_file.count() + of_rows.count());
}

void print_warnings(const FaultList& warnings) {
  if (warnings.count() == 0) return;
  const auto first = std::ranges::min_element(warnings.kept(), {}, &LineFault::line);
  Terminal::warn(std::to_string(warnings.count()) +
                 " activation codes are weak (fewer than 20 bits) and can be guessed, the first "
                 "at line " +
                 std::to_string(first->line));
}

/// False if the daemon stopped it.
bool send_all(PersonsFile& file, RowsUpload& upload, Progress& progress) {
  std::uint64_t rows = 0;
  while (std::optional<RowsChunk> chunk = file.next_chunk()) {
    rows += chunk->rows;
    if (!upload.put(std::move(*chunk))) break;
    progress.at(file.bytes(), rows);
  }
  return upload.finish();
}

ExitCode complain_about(const RowsUpload& upload, Daemon& daemon) {
  if (const auto* reply = std::get_if<Reply>(&*upload.failure())) {
    daemon.complain_about(*reply);
    return daemon.exit_code() == ExitCode::ok ? ExitCode::failed : daemon.exit_code();
  }
  const NoReply& none = std::get<NoReply>(*upload.failure());
  Terminal::complain(none.advice);
  return none.exit;
}

/// Commits, and waits for the rows to be people and letters: in force they are before.
ExitCode commit(Import& import, std::size_t rows, Daemon& daemon, const Terminal& terminal) {
  std::optional<Reply> report = import.commit(rows);
  std::optional<Json> body = report ? Json::parse(report->body) : std::nullopt;
  Progress progress(terminal, "in force, being written", rows);
  while (body && body->text("state") == "committed") {
    const std::uint64_t settled = body->number("settled");
    progress.at(settled, settled);
    report = import.commit(rows);
    body = report ? Json::parse(report->body) : std::nullopt;
  }
  if (import.is_committed()) import.keep();
  if (!body) {
    terminal.note(import.is_committed()
                      ? "The rows are in force all the same."
                      : "Whether the rows are in force is not known: import the file again, which "
                        "changes nothing if they are.");
    return daemon.exit_code();
  }
  terminal.facts(*report, *body,
                 {{"added", "added"},
                  {"updated", "updated"},
                  {"unchanged", "unchanged"},
                  {"new letters", "letters"}});
  return ExitCode::ok;
}

ExitCode import_from(std::istream& in, std::uint64_t size, const PersonsImport& command,
                     Daemon& daemon, const Terminal& terminal) {
  PersonsFile file(in);
  if (file.faults().count() > 0) {
    print_faults(file.faults(), {});
    return ExitCode::refused;
  }
  Import import(daemon);
  if (!import.open()) return daemon.exit_code();
  RowsUpload upload(daemon.socket(), import.route() + "/rows");
  {
    Progress progress(terminal, "reading", size);
    if (!send_all(file, upload, progress)) return complain_about(upload, daemon);
  }
  print_warnings(upload.warnings());
  if (file.faults().count() + upload.faults().count() > 0) {
    print_faults(file.faults(), upload.faults());
    return ExitCode::refused;
  }
  if (upload.rows() == 0) {
    print_faults({{0, "", "the file has no rows"}}, 1);
    return ExitCode::refused;
  }
  if (command.dry_run) {
    terminal.note(std::to_string(upload.rows()) + " rows are good; nothing was changed.");
    return ExitCode::ok;
  }
  return commit(import, upload.rows(), daemon, terminal);
}

/// 0 if it is no file that has a size.
std::uint64_t size_of(const std::string& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  return none ? 0 : size;
}

}  // namespace

ExitCode import_persons(const PersonsImport& command, Daemon& daemon, const Terminal& terminal) {
  if (command.file == "-") return import_from(std::cin, 0, command, daemon, terminal);
  std::ifstream in(command.file, std::ios::binary);
  if (in) return import_from(in, size_of(command.file), command, daemon, terminal);
  Terminal::complain("cannot read " + command.file);
  return ExitCode::refused;
}

}  // namespace portal::ctl
