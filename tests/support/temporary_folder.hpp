#pragma once

#include <cstdlib>
#include <filesystem>

namespace portal::test {

/// A private folder of its own for one test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/portal-test-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace portal::test
