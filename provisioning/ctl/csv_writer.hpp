#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portal::ctl {

/// One line of CSV (RFC 4180), ended by CRLF. A cell that a spreadsheet would take for a formula
/// (it begins with = + - @, a tab or a carriage return) gets an apostrophe before it (requirement
/// J6).
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace portal::ctl
