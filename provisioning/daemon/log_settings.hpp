#pragma once

#include "base/log.hpp"

namespace portal {

enum class LogTarget {
  automatic,  ///< the journal if systemd connected us to it, else stderr
  journal,
  syslog,
  standard_error,
};

struct LogSettings {
  LogTarget target = LogTarget::automatic;
  LogLevel level = LogLevel::info;  ///< lines below it are dropped
};

}  // namespace portal
