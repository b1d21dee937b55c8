#pragma once

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace portal::test {

inline std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The files that hold the store's content, with the journal's.
inline std::vector<std::filesystem::path> files_of(const StoreFixture& f) {
  std::vector<std::filesystem::path> files;
  if (!on_postgresql()) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      const std::filesystem::path file = f.file().string() + suffix;
      if (std::filesystem::exists(file)) files.push_back(file);
    }
    return files;
  }
  const auto direct = f.direct();
  got(direct->run_once("checkpoint"));
  std::string own = "base/";
  got(direct->query("select oid from pg_database where datname = current_database()", {},
                    [&](sql::Row& row) -> Result<void> {
                      own += row.text();
                      return {};
                    }));
  for (const std::string& part : {own, std::string("pg_wal")}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(server_folder() / "data" / part)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  return files;
}

/// What a command writes, at least so much.
inline std::string output_of(const std::string& command, std::size_t at_least) {
  std::FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): a test's own words
  assert_non_null(pipe);
  std::string output;
  std::string buffer(65536, '\0');
  std::size_t length = 0;
  while ((length = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output.append(buffer, 0, length);
  }
  assert_int_equal(::pclose(pipe), 0);
  assert_true(output.size() > at_least);
  return output;
}

/// Every byte that the store has on disk, with its journal, and as SQL; in lower case.
inline std::string everything_in(const StoreFixture& f) {
  std::ostringstream all;
  for (const std::filesystem::path& file : files_of(f)) {
    if (std::filesystem::file_size(file) == 0) continue;  // it would end the stream
    all << std::ifstream(file, std::ios::binary).rdbuf();
  }
  all << output_of(on_postgresql() ? "pg_dump '" + f.settings().url + "'"
                                   : "sqlite3 '" + f.file().string() + "' .dump",
                   4000);
  return lower(all.str());
}

}  // namespace portal::test
