// Runs a fuzz target without libFuzzer: every file of the seed corpus, every truncation of it, and
// random changes of it with a fixed seed. So each compiler and sanitizer sees the target, and a
// finding that is put into the corpus stays found.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int kChangesPerSeed = 20'000;

Input content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(stream), {});
}

void run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

/// One to four small changes: a byte, a removal, an insertion, a repetition.
Input changed(Input input, std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    const auto at = static_cast<std::ptrdiff_t>(below(input.size() + 1));
    const auto byte = static_cast<std::uint8_t>(random());
    const bool inside = static_cast<std::size_t>(at) < input.size();
    switch (below(4)) {
      case 0:
        if (inside) input[static_cast<std::size_t>(at)] = byte;
        break;
      case 1:
        if (inside) input.erase(input.begin() + at);
        break;
      case 2: input.insert(input.begin() + at, byte); break;
      default: {
        const Input tail(input.begin() + at, input.end());
        input.insert(input.end(), tail.begin(), tail.end());
      }
    }
  }
  return input;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", arguments[0]);
    return 2;
  }
  std::mt19937 random(20'240'607);
  int seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(arguments[1])) {
    const Input seed = content_of(file.path());
    for (std::size_t size = 0; size <= seed.size(); ++size)
      run(Input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
    for (int i = 0; i < kChangesPerSeed; ++i) run(changed(seed, random));
    ++seeds;
  }
  std::printf("%d seeds, %d changes of each\n", seeds, kChangesPerSeed);
  return seeds > 0 ? 0 : 1;
}
