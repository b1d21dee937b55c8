#pragma once

#include <string>
#include <string_view>

namespace portal {

/// `text` with everything that looks like an AHV number (756 and ten digits, separators allowed) or
/// an international phone number (+ and at least eight digits) made unreadable: "756…", "+41…".
///
/// The last net only: nobody logs such a thing on purpose (requirement J4), but the text of a
/// neighbour's error may quote what it was given.
std::string masked_for_log(std::string_view text);

}  // namespace portal
