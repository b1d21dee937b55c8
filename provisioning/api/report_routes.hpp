#pragma once

#include "http/router.hpp"

namespace portal {

class SmsReports;

/// The address that SMS gateways report to, for a listener of its own on this host: no credentials
/// are asked for, the address itself holds a token. `reports` must outlive `router`.
void add_report_routes(http::Router& router, SmsReports& reports);

}  // namespace portal
