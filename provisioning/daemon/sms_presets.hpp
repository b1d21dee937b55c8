#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace portal {

/// The files of config/sms: each has the keys of one [[sms.gateway]], for a vendor.
std::span<const EmbeddedFile> sms_presets();

}  // namespace portal
