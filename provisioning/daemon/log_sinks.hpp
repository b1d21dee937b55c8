#pragma once

#include <memory>
#include <string>

#include "base/log.hpp"
#include "daemon/log_settings.hpp"

namespace portal {

/// "info: message account=ab12 reason=\"wrong code\"": a line as stderr and syslog get it.
std::string log_line(LogLevel level, std::string_view message, std::span<const LogField> fields);

/// The name of a field in the journal: "account" is "PORTAL_ACCOUNT"; only A-Z, 0-9 and _.
std::string journal_field_name(std::string_view name);

/// Whether stderr is the stream that systemd connected to the journal (`$JOURNAL_STREAM` names its
/// device and inode, systemd.exec(5)).
bool stderr_is_the_journal() noexcept;

/// The sink that the settings ask for: drops lines below the level, masks what looks like an AHV
/// number or a phone number (requirement J4), and writes the rest. Falls back to stderr when the
/// journal cannot be reached.
std::unique_ptr<LogSink> make_log_sink(const LogSettings& settings);

}  // namespace portal
