#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal {

/// A QR code as the `d` of one SVG path in a square of `size` units, quiet zone included.
struct QrDrawing {
  int size = 0;
  std::string path;
};

/// Draws a text that a phone's camera reads.
class QrCodes {
 public:
  virtual ~QrCodes() = default;
  /// Error correction M. Fails: malformed (too long for a QR code).
  virtual Result<QrDrawing> draw(std::string_view text) const = 0;
  /// For a terminal with light letters on dark: lines of half blocks (U+2580, U+2584, U+2588), two
  /// modules above one another in each, quiet zone included, each ended by a newline; nothing if
  /// they are wider than `columns`. Error correction L. Fails: malformed.
  virtual Result<std::string> draw_in_text(std::string_view text, int columns) const = 0;
};

}  // namespace portal
