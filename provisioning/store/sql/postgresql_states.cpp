#include "store/sql/postgresql_states.hpp"

#include <string>

namespace portal::sql {
namespace {

struct Meaning {
  std::string_view prefix;  ///< a state, or the class that it begins with
  Errc code;
  bool spoils;
  std::string_view words;
};

// The first that fits.
constexpr Meaning kMeanings[] = {
    {"     ", Errc::unavailable, true, "the connection is lost"},
    {"08", Errc::unavailable, true, "the connection is lost"},
    {"57014", Errc::unavailable, false, "it took too long"},
    {"57", Errc::unavailable, true, "the server ended the connection"},
    {"25P03", Errc::unavailable, true, "a transaction was idle for too long"},
    {"55P03", Errc::unavailable, false, "locked for too long"},
    {"40", Errc::unavailable, false, "rolled back"},
    {"53", Errc::unavailable, false, "the server is out of resources"},
    {"58", Errc::unavailable, true, "the server's system failed"},
    {"F0", Errc::unavailable, true, "the server's files are wrong"},
    {"XX001", Errc::unavailable, true, "the database is damaged"},
    {"XX002", Errc::unavailable, true, "the database is damaged"},
    {"28", Errc::unavailable, true, "not let in"},
    {"3D", Errc::unavailable, true, "no such database"},
    {"42501", Errc::unavailable, false, "the role lacks a right"},
    // A statement that another connection has prepared (a pooler between), or whose table changed.
    {"26", Errc::unavailable, true, "a prepared statement is gone"},
    {"0A", Errc::internal, true, "not supported"},
    {"23505", Errc::conflict, false, "constraint failed"},
    {"23", Errc::internal, false, "constraint failed"},
    {"22", Errc::internal, false, "a value is not allowed"},
    {"25", Errc::internal, false, "not allowed in this transaction"},
    {"42", Errc::internal, false, "a statement is wrong"},
    {"", Errc::internal, false, "refused"},
};

const Meaning& meaning_of(std::string_view state) noexcept {
  if (state.empty()) return kMeanings[0];
  const Meaning* meaning = kMeanings;
  while (!state.starts_with(meaning->prefix)) ++meaning;  // the last fits always
  return *meaning;
}

constexpr std::string_view kReadOnly = "25006";

}  // namespace

Error error_of_state(std::string_view state, Connection::Access access) {
  // A server that has become a replica; who only reads was told not to write.
  if (state == kReadOnly && access == Connection::Access::write) {
    return Error{Errc::unavailable, "store: the server takes no writes (PostgreSQL 25006)"};
  }
  const Meaning& meaning = meaning_of(state);
  std::string detail = "store: " + std::string(meaning.words) + " (PostgreSQL";
  if (state.find_first_not_of(' ') != std::string_view::npos) detail.append(" ").append(state);
  return Error{meaning.code, detail + ")"};
}

bool state_spoils_connection(std::string_view state) noexcept {
  return state == kReadOnly || meaning_of(state).spoils;
}

}  // namespace portal::sql
