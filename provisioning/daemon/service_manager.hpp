#pragma once

#include <chrono>
#include <optional>
#include <string_view>

/// What systemd is told and asked (sd_notify(3), sd_listen_fds(3)); nothing happens without it.
namespace portal::service_manager {

void ready();
void reloading();
/// `longest`: until then it must not lose its patience.
void stopping(std::chrono::milliseconds longest);
void alive();
/// How often `alive` must be said, halved for safety; nothing if nobody watches.
std::optional<std::chrono::milliseconds> watchdog_period();

/// The listening socket that was handed over under this name (FileDescriptorName=), or -1.
int inherited_socket(std::string_view name);

}  // namespace portal::service_manager
