#include "ctl/codes_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "base/secret.hpp"
#include "ctl/ahv_list.hpp"
#include "ctl/letters_file.hpp"

namespace portal::ctl {
namespace {

constexpr std::size_t kMostFaultsShown = 1'000;
constexpr int kNotFound = 404;

const std::vector<std::string> kLetterHead = {"ahv_number", "given_name", "family_name", "portal",
                                              "audience",   "code",       "expires"};

/// What the daemon is asked for one code.
std::string code_request(std::string_view ahv, std::string_view portal, std::string_view audience) {
  return json_object({{"ahv_number", ahv}, {"portal", portal}, {"audience", audience}});
}

std::string sentence_of(const ListFault& fault) {
  return (fault.line > 0 ? "line " + std::to_string(fault.line) + ": " : "") + fault.detail;
}

/// One run of `codes reissue`.
class Reissue {
 public:
  Reissue(const CodesReissue& command, Daemon& daemon, const Terminal& terminal)
      : command_(command), daemon_(daemon), terminal_(terminal) {}

  ExitCode run();

 private:
  std::optional<AhvList> read_list() const;
  bool list_is_good(const AhvList& list) const;
  /// False if going on makes no sense.
  bool issue_to(const ListedNumber& person, LettersFile& letters);
  ExitCode tell(LettersFile& letters, std::size_t asked);
  void tell_refusals(std::size_t asked);
  /// For --json.
  std::string summary() const;

  const CodesReissue& command_;
  Daemon& daemon_;
  const Terminal& terminal_;
  ExitCode exit_ = ExitCode::ok;
  std::size_t issued_ = 0;
  std::vector<ListFault> refused_;
};

/// Nothing, complained about, if the file cannot be read.
std::optional<AhvList> Reissue::read_list() const {
  if (!command_.ahv.empty()) {
    std::istringstream one(given_number(command_.ahv));
    return AhvList::read(one);
  }
  if (command_.file == "-") return AhvList::read(std::cin);
  std::ifstream in(command_.file, std::ios::binary);
  if (in) return AhvList::read(in);
  terminal_.refuse("not_found",
                   "cannot read " + command_.file + "; it must hold AHV numbers, one on each line");
  return std::nullopt;
}

bool Reissue::list_is_good(const AhvList& list) const {
  if (list.faults.empty() && !list.numbers.empty()) return true;
  for (std::size_t i = 0; i < std::min(list.faults.size(), kMostFaultsShown); ++i) {
    terminal_.refuse("malformed", sentence_of(list.faults[i]));
  }
  terminal_.refuse("malformed",
                   list.faults.empty()
                       ? "no code was issued: there is no AHV number; give one on each line"
                       : "no code was issued: " + std::to_string(list.faults.size()) +
                             " faulty lines; correct them and run it again");
  return false;
}

bool Reissue::issue_to(const ListedNumber& person, LettersFile& letters) {
  std::optional<Reply> reply = daemon_.ask_anyway(
      "POST", "/v1/codes", code_request(person.ahv.digits(), command_.portal, command_.audience));
  if (!reply) return false;
  const std::optional<Json> body = Json::parse(reply->body);
  if (reply->status == kNotFound && body) {
    refused_.push_back({person.line, body->text("detail")});
    return true;
  }
  if (!body || exit_code_of(reply->status) != ExitCode::ok) {
    daemon_.complain_about(*reply);
    return false;
  }
  const Result<void> written = letters.add(
      {person.ahv.formatted(), body->text("given_name"), body->text("family_name"),
       body->text("portal"), command_.audience, body->text("code"), body->text("expires")});
  wipe(reply->body);
  if (written) {
    ++issued_;
    return true;
  }
  exit_ = ExitCode::refused;
  terminal_.refuse("unavailable", "the code of line " + std::to_string(person.line) +
                                      " was issued and could not be written (" +
                                      written.error().detail +
                                      "): it is lost. Make room, and run it again from this line "
                                      "on, into another file");
  return false;
}

ExitCode Reissue::run() {
  const std::optional<AhvList> list = read_list();
  if (!list || !list_is_good(*list)) return ExitCode::refused;
  Result<LettersFile> letters = LettersFile::create(command_.output, kLetterHead);
  if (!letters) {
    const bool exists = letters.error().code == Errc::conflict;
    terminal_.refuse(
        exists ? "conflict" : "unavailable",
        exists ? command_.output + " exists; codes are never written over a file: name another one"
               : command_.output + " cannot be written: " + letters.error().detail);
    return ExitCode::refused;
  }
  std::size_t asked = 0;
  while (asked < list->numbers.size() && issue_to(list->numbers[asked], *letters)) ++asked;
  if (asked < list->numbers.size()) {
    if (exit_ == ExitCode::ok) exit_ = daemon_.exit_code();
    terminal_.refuse("stopped", "stopped at line " + std::to_string(list->numbers[asked].line) +
                                    "; " + std::to_string(list->numbers.size() - asked) +
                                    " persons have no new code yet: run it again for them");
  }
  return tell(*letters, asked);
}

void Reissue::tell_refusals(std::size_t asked) {
  if (exit_ == ExitCode::ok) exit_ = ExitCode::refused;
  // With --json they stand in the summary.
  for (const ListFault& one : refused_) {
    if (terminal_.format() != Format::json) Terminal::complain(sentence_of(one));
  }
  terminal_.refuse("not_found", std::to_string(refused_.size()) + " of " + std::to_string(asked) +
                                    " persons are not known: import them (portalctl persons "
                                    "import), and run it again for them");
}

std::string Reissue::summary() const {
  std::string refused;
  for (const ListFault& one : refused_) {
    refused += (refused.empty() ? "" : ",") + ("{\"line\":" + std::to_string(one.line)) +
               ",\"detail\":" + json_quoted(one.detail) + "}";
  }
  return "{\"issued\":" + std::to_string(issued_) + ",\"refused\":[" + refused +
         "],\"file\":" + (issued_ > 0 ? json_quoted(command_.output) : "null") + "}";
}

ExitCode Reissue::tell(LettersFile& letters, std::size_t asked) {
  if (issued_ == 0) {
    letters.discard();
  } else if (const Result<void> durable = letters.finish(); !durable) {
    terminal_.refuse("unavailable", command_.output +
                                        " may be incomplete: " + durable.error().detail +
                                        "; look at it, and run it again for who is missing");
    return ExitCode::refused;
  }
  if (!refused_.empty()) tell_refusals(asked);
  const Reply summary{200, this->summary()};
  const std::optional<Json> counts = Json::parse(
      "{\"issued\":" + std::to_string(issued_) + ",\"refused\":" + std::to_string(refused_.size()) +
      ",\"file\":" + (issued_ > 0 ? json_quoted(command_.output) : "null") + "}");
  if (!terminal_.quiet() || terminal_.format() != Format::table) {
    terminal_.facts(summary, *counts,
                    {{"issued", "issued"}, {"refused", "refused"}, {"file", "file"}});
  }
  if (issued_ > 0) {
    terminal_.note(
        "These codes can be read nowhere else; earlier ones for this portal are dead. Remove the "
        "file once the letters are printed.");
  }
  return exit_;
}

}  // namespace

ExitCode issue_code(const CodesIssue& command, Daemon& daemon, const Terminal& terminal) {
  const std::string body =
      code_request(given_number(command.ahv), command.portal, command.audience);
  const std::optional<Reply> reply = daemon.ask("POST", "/v1/codes", body);
  const std::optional<Json> issued = reply ? Json::parse(reply->body) : std::nullopt;
  if (!issued) return daemon.exit_code();
  if (terminal.quiet() && terminal.format() == Format::table) {
    terminal.result(issued->text("code"));
    return ExitCode::ok;
  }
  terminal.facts(*reply, *issued,
                 {{"given name", "given_name"},
                  {"family name", "family_name"},
                  {"portal", "portal"},
                  {"activation code", "code"},
                  {"expires", "expires"}});
  terminal.note("This code is shown only now. An earlier one for this portal is dead.");
  return ExitCode::ok;
}

ExitCode reissue_codes(const CodesReissue& command, Daemon& daemon, const Terminal& terminal) {
  return Reissue(command, daemon, terminal).run();
}

}  // namespace portal::ctl
