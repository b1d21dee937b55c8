#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "daemon/configuration.hpp"
#include "support/cmocka.hpp"

namespace portal::test {

inline void write_file(const std::filesystem::path& file, std::string_view content,
                       mode_t mode = 0644) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  ::chmod(file.c_str(), mode);
}

/// A folder with everything that a configuration names.
struct Folder {
  Folder() {
    char name[] = "/tmp/portal-test-XXXXXX";
    path = ::mkdtemp(name);
    write_file(path / "directory.password", "secret\n", 0600);
    write_file(path / "tls/portal.key", "key", 0600);
    for (const char* portal : {"flex", "1e"}) {
      for (const char* language : {"fr", "de", "it", "en"}) {
        write_file(path / "terms" / (std::string(portal) + "." + language + ".txt"), language);
      }
    }
  }
  ~Folder() { std::filesystem::remove_all(path); }

  Result<Configuration> load(std::string_view content) const {
    write_file(path / "portald.toml", content);
    return load_configuration(path / "portald.toml");
  }

  std::filesystem::path path;
};

inline constexpr std::string_view kDirectory = R"(
[directory]
uris = ["ldapi://%2Frun%2Fslapd"]
bind_dn = "cn=portald"
password_file = "directory.password"
people_base = "ou=people"
staging_base = "ou=staging"
)";
inline constexpr std::string_view kWeb = R"(
[web]
certificate = "tls/portal.crt"
private_key = "tls/portal.key"
)";
inline constexpr std::string_view kPortal = R"(
[[portal]]
id = "flex"
host = "flex.example.ch"
mail_from = "Flex <no-reply@flex.example.ch>"
name.fr = "Flex"
audience = [{ id = "insured", name.fr = "Assurés" }]
terms = { version = "1", text.fr = "terms/flex.fr.txt" }
)";

inline std::string whole(std::string_view before = "") {
  return std::string(before) + std::string(kDirectory) + std::string(kWeb) + std::string(kPortal);
}

/// Fails unless loading fails as malformed and the report has `expected` as one of its lines.
inline void assert_problem(const Folder& folder, std::string_view content,
                           std::string_view expected) {
  const auto loaded = folder.load(content);
  assert_error(loaded, Errc::malformed);
  const std::string line = (folder.path / "portald.toml").string() + ":" + std::string(expected);
  const std::string report = loaded.error().detail + "\n";
  if (report.find(line + "\n") == std::string::npos) {
    fail_msg("no line \"%s\" in:\n%s", line.c_str(), report.c_str());
  }
}

}  // namespace portal::test
