#pragma once

#include "domain/ports/qr_code.hpp"

namespace portal {

/// QR codes by libqrencode (ISO/IEC 18004), as one SVG path with the quiet zone of four modules.
/// Thread-safe.
class QrencodeQrCodes final : public QrCodes {
 public:
  /// One unit of the drawing is one module. Fails: malformed (empty, or longer than the 2,331 bytes
  /// that the largest code holds), internal (no memory).
  Result<QrDrawing> draw(std::string_view text) const override;
  Result<std::string> draw_in_text(std::string_view text, int columns) const override;
};

}  // namespace portal
