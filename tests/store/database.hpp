#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "store/sql/connection.hpp"
#include "support/cmocka.hpp"

// What a test's store is kept in: a file of SQLite, or where PORTAL_TEST_POSTGRESQL names the
// folder of a private server (tests/support/postgresql.py), a database of its own there.

namespace portal::test {

inline bool on_postgresql() { return std::getenv("PORTAL_TEST_POSTGRESQL") != nullptr; }

inline std::filesystem::path server_folder() { return std::getenv("PORTAL_TEST_POSTGRESQL"); }

inline std::string server_url(std::string_view database) {
  return "postgresql://portald@/" + std::string(database) + "?host=" + server_folder().string();
}

/// A connection past the store.
inline std::unique_ptr<sql::Connection> connect_to(
    const std::string& url, sql::Connection::Access access = sql::Connection::Access::write,
    std::chrono::milliseconds patience = std::chrono::seconds(1)) {
  const auto location = sql::Location::parse(url);
  assert_ok(location);
  assert_ok(location->prepare());
  auto connection = sql::Connection::open(*location, access, patience);
  assert_ok(connection);
  return std::move(*connection);
}

/// The URL of the database that belongs to a folder; the first who asks makes it, so that other
/// processes on the folder find the same.
inline std::string url_in(const std::filesystem::path& folder,
                          std::string_view file = "portal.db") {
  if (!on_postgresql()) return "sqlite://" + (folder / file).string();
  const std::filesystem::path note = folder / (std::string(file) + ".url");
  std::string url;
  if (std::getline(std::ifstream(note), url)) return url;
  static int number = 0;
  const std::string name = "t" + std::to_string(::getpid()) + "_" + std::to_string(++number);
  assert_ok(connect_to(server_url("postgres"))->run_once("create database " + name));
  url = server_url(name);
  std::ofstream(note) << url << "\n";
  return url;
}

}  // namespace portal::test
