#include "factors/qr.hpp"

#include <qrencode.h>

#include <memory>
#include <string>

#include "base/freed.hpp"

namespace portal {
namespace {

constexpr int kQuietZone = 4;
// ISO/IEC 18004 table 7: version 40, error correction M, byte mode.
constexpr std::size_t kMostBytes = 2331;

using Code = std::unique_ptr<QRcode, Freed<QRcode_free>>;

bool is_dark(const QRcode& code, int row, int column) {
  return (code.data[row * code.width + column] & 1U) != 0;
}

/// One rectangle for each horizontal run of dark modules: a third of the size of one per module.
void draw_row(const QRcode& code, int row, std::string& path) {
  for (int column = 0; column < code.width; ++column) {
    const int start = column;
    while (column < code.width && is_dark(code, row, column)) ++column;
    if (column == start) continue;
    const std::string run = std::to_string(column - start);
    path.append("M").append(std::to_string(start + kQuietZone));
    path.append(" ").append(std::to_string(row + kQuietZone));
    path.append("h").append(run).append("v1h-").append(run).append("z");
  }
}

/// The quiet zone is light, and so is what a last half line lacks.
bool is_light(const QRcode& code, int row, int column) {
  row -= kQuietZone;
  column -= kQuietZone;
  const bool inside = row >= 0 && column >= 0 && row < code.width && column < code.width;
  return !inside || !is_dark(code, row, column);
}

std::string_view block(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

Result<Code> encode(std::string_view text, QRecLevel level) {
  if (text.empty() || text.size() > kMostBytes) {
    return fail(Errc::malformed, "empty, or too long for a QR code");
  }
  Code code(::QRcode_encodeData(static_cast<int>(text.size()),
                                reinterpret_cast<const unsigned char*>(text.data()), 0, level));
  if (!code) return fail(Errc::internal, "libqrencode made no code");
  return code;
}

}  // namespace

Result<QrDrawing> QrencodeQrCodes::draw(std::string_view text) const {
  const auto code = encode(text, QR_ECLEVEL_M);
  if (!code) return fail(code.error());
  QrDrawing drawing;
  drawing.size = (*code)->width + 2 * kQuietZone;
  for (int row = 0; row < (*code)->width; ++row) draw_row(**code, row, drawing.path);
  return drawing;
}

Result<std::string> QrencodeQrCodes::draw_in_text(std::string_view text, int columns) const {
  const auto code = encode(text, QR_ECLEVEL_L);
  if (!code) return fail(code.error());
  const int size = (*code)->width + 2 * kQuietZone;
  std::string drawn;
  if (size > columns) return drawn;
  for (int row = 0; row < size; row += 2) {
    for (int column = 0; column < size; ++column) {
      drawn += block(is_light(**code, row, column), is_light(**code, row + 1, column));
    }
    drawn += '\n';
  }
  return drawn;
}

}  // namespace portal
