#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

#include "ctl/exit_code.hpp"

namespace portal::ctl {

// One struct for each command, filled and checked.

struct PersonsImport {
  std::string file;  ///< "-": standard input
  bool dry_run = false;
};
struct CodesIssue {
  std::string ahv;  ///< "-": the first line of standard input, so that no process list shows it
  std::string portal;
  std::string audience;
};
struct CodesReissue {
  std::string ahv;   ///< as CodesIssue; empty: a file names the persons
  std::string file;  ///< "-": standard input
  std::string portal;
  std::string audience;
  std::string output;  ///< the file to make
};
struct AccountsList {
  std::string after;
  std::int64_t limit = 100;
};
struct AccountsShow {
  std::string name;
  bool reveal = false;  ///< with AHV number and birth date
};
struct AccountsExport {
  std::string name;
  std::string ahv;  ///< of somebody without an account, as CodesIssue; then there is no name
};
struct AccountsErase {
  std::string name;
  std::string ahv;
};
/// disable, enable, lock, unlock, start-reset, reset-factor, allow-enrolment
struct AccountsAct {
  std::string name;
  std::string act;   ///< the last part of the route
  std::string done;  ///< what is said when it is done
};
struct SessionsList {
  std::string name;  ///< of one account; empty: all
};
struct SessionsEnd {
  std::string id;
};
struct AuditList {
  std::int64_t after = 0;
  std::int64_t limit = 100;
};
struct AuditVerify {};
struct OutboxList {
  std::string state;    ///< empty: what has not ended
  std::string channel;  ///< empty: both
  std::int64_t after = 0;
  std::int64_t limit = 100;
};
struct OutboxShow {
  std::string id;
};
struct OutboxRetry {
  std::string id;
};
struct MailTest {
  std::string address;
  std::string relay;     ///< empty: as a mail would go
  std::string language;  ///< empty: English
};
struct SmsTest {
  std::string number;
  std::string gateway;   ///< empty: as an SMS would go
  std::string language;  ///< empty: English
};
struct KeyGenerate {
  std::filesystem::path file;
};
struct KeyRotate {
  std::filesystem::path file;
};
struct KeyActivate {};
struct KeyStatus {};
struct ConfigCheck {
  std::filesystem::path file;
};
struct Status {};
struct CompletionScript {
  std::string shell;
};

using Command =
    std::variant<PersonsImport, CodesIssue, CodesReissue, AccountsList, AccountsShow,
                 AccountsExport, AccountsErase, AccountsAct, SessionsList, SessionsEnd, AuditList,
                 AuditVerify, OutboxList, OutboxShow, OutboxRetry, MailTest, SmsTest, KeyGenerate,
                 KeyRotate, KeyActivate, KeyStatus, ConfigCheck, Status, CompletionScript>;

/// How results are printed: for people, as the daemon sent them, or as CSV.
enum class Format { table, json, csv };

struct Arguments {
  std::filesystem::path socket = "/run/portald/admin.sock";
  Format format = Format::table;
  bool quiet = false;  ///< results only, no notes
  Command command;
};

/// Reads the command line. Help and version are printed to standard output, complaints to standard
/// error; then there is nothing to run, only a code to exit with.
std::variant<Arguments, ExitCode> parse_arguments(int argc, const char* const* argv);

}  // namespace portal::ctl
