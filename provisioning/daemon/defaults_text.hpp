#pragma once

#include <string>
#include <vector>

#include "daemon/setting_key.hpp"

namespace portal {

/// config/portald.toml: every key with its description and its default, commented out; keys that
/// must be set stand with an example.
std::string defaults_text(const std::vector<KeyDescription>& keys);

}  // namespace portal
