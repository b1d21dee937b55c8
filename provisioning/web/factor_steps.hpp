#pragma once

#include <string>
#include <string_view>

#include "domain/ports/qr_code.hpp"
#include "web/pages.hpp"

namespace portal::web {

// The pages on which a second factor is chosen and proven: in the wizard, and on the account. `at`
// is the address that they are under: "/register", "/account/change".

/// `chosen`: what was chosen before ("totp", "sms"), or nothing.
Page factor_choice_page(std::string_view at, std::string_view chosen, const Problems& problems);

Page phone_page(const Visit& visit, std::string_view at, std::string_view typed,
                const Problems& problems);

/// `number`: masked; `typed`: a number that should take its place; `pause`: until the next SMS.
struct SmsCodePage {
  std::string number;
  std::string typed = {};
  Value pause = false;
};
Page sms_code_page(const Visit& visit, std::string_view at, const SmsCodePage& page,
                   const Problems& problems);

/// `key` and `uri` of the app's seed. Fails: as the drawing does.
Result<Page> app_page(const Visit& visit, std::string_view at, const QrCodes& qr_codes,
                      const std::string& key, const std::string& uri, const Problems& problems);

/// A field for a code that we sent or that an app shows.
Value code_field(const Words& words, std::string_view label, const Problems& problems);

/// Whether the address says that something is on its way.
bool was_sent(const Visit& visit);

}  // namespace portal::web
