#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace portal {

/// Why something could not be done. Each boundary maps these in one switch.
enum class Errc {
  not_found,     ///< what was asked for does not exist
  denied,        ///< refused on purpose: wrong, used before, not allowed
  rate_limited,  ///< refused because it was tried too often
  unavailable,   ///< a neighbour (directory, store, gateway) does not answer; later may help
  malformed,     ///< the input breaks the rules of its format
  conflict,      ///< somebody else was first
  internal,      ///< a bug or an impossible state
};

/// The stable lower-case name of a code, for logs: "not_found".
std::string_view name_of(Errc code) noexcept;

/// A failure. `detail` is for the log, never shown to a person, and never holds a secret.
struct Error {
  Errc code;
  std::string detail;
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(Errc::malformed, "…")` from any function that returns a Result.
inline tl::unexpected<Error> fail(Errc code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

/// Passes a failure on: `if (!x) return fail(std::move(x).error());`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace portal
