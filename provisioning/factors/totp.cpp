#include "factors/totp.hpp"

#include <liboath/oath.h>

#include <cstddef>
#include <string_view>

namespace portal {
namespace {

constexpr std::size_t kDigits = 6;

}  // namespace

Result<OathTotpCodes> OathTotpCodes::create() {
  // Counted inside the library, and never undone: it belongs to the process.
  const int answer = ::oath_init();
  if (answer != OATH_OK) return fail(Errc::unavailable, ::oath_strerror(answer));
  return OathTotpCodes();
}

Result<Secret> OathTotpCodes::code_at(const Secret& seed, std::int64_t step) const {
  if (seed.empty() || step < 0) return fail(Errc::internal, "TOTP: no seed, or a time before 1970");
  // RFC 6238 section 4.2: the HOTP value of the step's number. The step is the domain's to choose,
  // so the library's own clock arithmetic is not used.
  Secret terminated = Secret::of_size(kDigits + 1);
  const int answer = ::oath_hotp_generate(
      seed.reveal().data(), seed.size(), static_cast<std::uint64_t>(step), kDigits, false,
      OATH_HOTP_DYNAMIC_TRUNCATION, reinterpret_cast<char*>(terminated.writable().data()));
  if (answer != OATH_OK) return fail(Errc::internal, ::oath_strerror(answer));
  return Secret(terminated.reveal().substr(0, kDigits));
}

}  // namespace portal
