#pragma once

/// A function that libc finds by its name.
#define PORTAL_NSS_ENTRY extern "C" __attribute__((visibility("default"))) nss_status
