#include "factors/qr.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// A folder of its own for one test, removed at its end.
struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/portal-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

/// What a command prints; fails the test if the command fails.
std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  assert_non_null(pipe);
  std::string output;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output.append(buffer.data(), got);
  }
  if (::pclose(pipe) != 0) fail_msg("%s failed", command.c_str());
  return output;
}

/// What a phone would read from the drawing on a page.
std::string read_back(const QrDrawing& drawing) {
  const TemporaryFolder folder;
  const std::string size = std::to_string(drawing.size);
  std::ofstream(folder.path / "code.svg")
      << R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" << size << " " << size
      << R"("><rect width="100%" height="100%" fill="#fff"/><path d=")" << drawing.path
      << R"("/></svg>)";
  const std::string base = folder.path / "code";
  output_of("rsvg-convert -w " + std::to_string(drawing.size * 4) + " -o " + base + ".png " + base +
            ".svg");
  return output_of("zbarimg --nodbus --quiet --raw " + base + ".png");
}

void a_camera_reads_what_was_drawn(void**) {
  // DESIGN 1, step 5b: the person scans the key
  const std::string uri =
      "otpauth://totp/Flex:anna.muster%40example.ch?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
      "&issuer=Flex";
  const Result<QrDrawing> drawing = QrencodeQrCodes().draw(uri);
  assert_ok(drawing);
  test::assert_text(read_back(*drawing), uri + "\n");
}

void short_and_long_texts_are_read_too(void**) {
  // DESIGN 1, step 5b
  const Result<QrDrawing> one = QrencodeQrCodes().draw("x");
  assert_ok(one);
  assert_int_equal(one->size, 21 + 8);
  test::assert_text(read_back(*one), "x\n");
  const std::string text(900, 'a');
  const Result<QrDrawing> big = QrencodeQrCodes().draw(text);
  assert_ok(big);
  test::assert_text(read_back(*big), text + "\n");
}

void the_quiet_zone_is_four_modules_and_runs_are_merged(void**) {
  // ISO/IEC 18004 section 9.1
  const Result<QrDrawing> drawing = QrencodeQrCodes().draw("x");
  assert_ok(drawing);
  // The finder pattern's upper edge, seven modules, is one run.
  assert_true(drawing->path.starts_with("M4 4h7v1h-7z"));
  for (const char c : drawing->path) {
    assert_true(std::string_view("M 0123456789hvz-").find(c) != std::string_view::npos);
  }
}

void what_no_code_holds_is_refused(void**) {
  // DESIGN 1, step 5b
  assert_error(QrencodeQrCodes().draw(""), Errc::malformed);
  assert_ok(QrencodeQrCodes().draw(std::string(2331, 'a')));
  assert_error(QrencodeQrCodes().draw(std::string(2332, 'a')), Errc::malformed);
}

/// Half blocks as an image, light on dark as a terminal shows them.
std::string read_back_text(const std::string& drawn) {
  constexpr int scale = 6;
  std::string upper;
  std::string lower;
  std::string image;
  int width = 0;
  int height = 0;
  std::size_t at = 0;
  while (at < drawn.size()) {
    const auto next = [&](std::string_view block) {
      if (drawn.compare(at, block.size(), block) != 0) return false;
      at += block.size();
      return true;
    };
    const auto put = [&](char above, char below) {
      upper.append(scale, above);
      lower.append(scale, below);
    };
    constexpr char light = static_cast<char>(255);
    if (next("█")) {
      put(light, light);
    } else if (next("▀")) {
      put(light, 0);
    } else if (next("▄")) {
      put(0, light);
    } else if (next(" ")) {
      put(0, 0);
    } else if (next("\n")) {
      width = static_cast<int>(upper.size());
      for (int i = 0; i < scale; ++i) image += upper;
      for (int i = 0; i < scale; ++i) image += lower;
      height += 2 * scale;
      upper.clear();
      lower.clear();
    } else {
      fail_msg("%s", "not a block");
    }
  }
  const TemporaryFolder folder;
  const std::string file = folder.path / "code.pgm";
  std::ofstream(file) << "P5 " << width << ' ' << height << " 255\n" << image;
  return output_of("zbarimg --nodbus --quiet --raw " + file);
}

void a_camera_reads_what_a_terminal_shows(void**) {
  // T8: the person scans the key from the terminal
  const std::string uri =
      "otpauth://totp/Flex:anna.muster%40example.ch?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
      "&issuer=Flex";
  const Result<std::string> drawn = QrencodeQrCodes().draw_in_text(uri, 80);
  assert_ok(drawn);
  test::assert_text(read_back_text(*drawn), uri + "\n");
  const Result<std::string> too_wide = QrencodeQrCodes().draw_in_text(uri, 40);
  assert_ok(too_wide);
  test::assert_text(*too_wide, "");
  assert_error(QrencodeQrCodes().draw_in_text("", 80), Errc::malformed);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_camera_reads_what_was_drawn),
      cmocka_unit_test(short_and_long_texts_are_read_too),
      cmocka_unit_test(the_quiet_zone_is_four_modules_and_runs_are_merged),
      cmocka_unit_test(what_no_code_holds_is_refused),
      cmocka_unit_test(a_camera_reads_what_a_terminal_shows),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
