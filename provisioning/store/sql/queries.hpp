#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/sql/connection.hpp"

namespace portal::sql {

/// Each row of a query as `read(row)` makes it.
template <class T, class Read>
Result<std::vector<T>> find_all(Connection& connection, std::string_view sql, Parameters parameters,
                                Read&& read) {
  std::vector<T> found;
  Result<void> done = connection.query(sql, parameters, [&](Row& row) -> Result<void> {
    Result<T> value = read(row);
    if (!value) return fail(std::move(value).error());
    found.push_back(std::move(*value));
    return {};
  });
  if (!done) return fail(std::move(done).error());
  return found;
}

/// The only row of a query, nothing if there is none.
template <class T, class Read>
Result<std::optional<T>> find_one(Connection& connection, std::string_view sql,
                                  Parameters parameters, Read&& read) {
  Result<std::vector<T>> found = find_all<T>(connection, sql, parameters, std::forward<Read>(read));
  if (!found) return fail(std::move(found).error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

/// Fails: not_found if there is no row; `what` names it.
template <class T>
Result<T> required(Result<std::optional<T>> found, std::string_view what) {
  if (!found) return fail(std::move(found).error());
  if (!*found) return fail(Errc::not_found, "store: no such " + std::string(what));
  return std::move(**found);
}

/// Runs a statement; how many rows it changes does not matter.
inline Result<void> run(Connection& connection, std::string_view sql, Parameters parameters) {
  const Result<std::int64_t> changed = connection.execute(sql, parameters);
  if (!changed) return fail(changed.error());
  return {};
}

/// Runs a statement; true if it changed a row: the answer of a compare-and-set.
inline Result<bool> changes(Connection& connection, std::string_view sql, Parameters parameters) {
  const Result<std::int64_t> changed = connection.execute(sql, parameters);
  if (!changed) return fail(changed.error());
  return *changed > 0;
}

/// Runs a statement that must change a row. Fails: `otherwise`.
inline Result<void> must_change(Connection& connection, std::string_view sql, Parameters parameters,
                                Errc otherwise, std::string_view what) {
  const Result<bool> changed = changes(connection, sql, parameters);
  if (!changed) return fail(changed.error());
  if (!*changed) return fail(otherwise, "store: " + std::string(what));
  return {};
}

}  // namespace portal::sql
