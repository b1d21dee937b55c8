#include <chrono>
#include <utility>

#include "api/parameters.hpp"
#include "api/person_rows.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"

namespace portal::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

/// How long a commit waits for its rows to be settled, so that a small import is done at once.
constexpr std::chrono::milliseconds kCommitWaits{1'000};

Faults faults_of(const std::vector<RowClash>& clashes) {
  Faults faults;
  const auto add = [&](const RowClash& clash, std::string detail) {
    faults.push_back({"/ahv_number", std::move(detail), clash.line});
  };
  for (const RowClash& clash : clashes) {
    const std::string other = std::to_string(clash.other);
    if (clash.is_twice) add(clash, "comes twice for this portal, also at line " + other);
    if (clash.contradicts) add(clash, "has another birth date, name or language at line " + other);
    if (!clash.is_twice && !clash.contradicts)
      add(clash, "was sent before with other content for the same line");
  }
  return faults;
}

class ImportRoutes {
 public:
  ImportRoutes(ImportService& service, const Portals& portals)
      : service_(service), portals_(portals) {}

  Response open(const Request& request, const Administrator& by) const {
    Faults faults;
    refuse_members(request, faults);
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    const Result<ImportId> id = service_.open(by);
    if (!id) return to_response(problem_of(id.error()));
    JsonObject body;
    body.text("id", id->text())
        .number("rows_at_most", ImportService::kRowsAtMost)
        .number("rows_per_chunk", kRowsPerChunk);
    Response response = json_response(body, 201);
    response.add_header("Location", "/v1/imports/" + id->text());
    return response;
  }

  Response add_rows(const Request& request, const Administrator& by) const {
    Faults faults;
    const std::optional<JsonDocument> document = body_of(request, faults);
    PersonRows read;
    if (document) {
      JsonReader body = document->reader(faults);
      read = read_person_rows(body, portals_, faults);
    }
    const Result<RowsAdded> added = service_.add(id_in(request), read.rows, !faults.empty(), by);
    if (!added) return to_response(problem_of(added.error()));
    const Faults clashes = faults_of(added->clashes);
    faults.insert(faults.end(), clashes.begin(), clashes.end());
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    JsonObject body;
    body.number("rows", added->rows_in_all).list("warnings", to_json(read.warnings));
    return json_response(body);
  }

  Response commit(const Request& request, const Administrator& by) const {
    Faults faults;
    std::optional<std::int64_t> rows;
    if (const std::optional<JsonDocument> document = body_of(request, faults)) {
      JsonReader body = document->reader(faults);
      rows = body.integer("rows", 1, ImportService::kRowsAtMost);
      body.refuse_the_rest();
    }
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    Result<Import> import = service_.commit(id_in(request), *rows, by);
    if (import && import->state == ImportState::committed) {
      // The rows are in force whatever comes of this: the daemon goes on with it by itself.
      (void)service_.work(kCommitWaits);
      import = service_.show(import->id, by);
    }
    return import ? json_response(view_of(*import)) : to_response(problem_of(import.error()));
  }

  Response show(const Request& request, const Administrator& by) const {
    const Result<Import> import = service_.show(id_in(request), by);
    return import ? json_response(view_of(*import)) : to_response(problem_of(import.error()));
  }

  Response abandon(const Request& request, const Administrator& by) const {
    const Result<void> abandoned = service_.abandon(id_in(request), by);
    return abandoned ? nothing() : to_response(problem_of(abandoned.error()));
  }

 private:
  static ImportId id_in(const Request& request) { return ImportId(path_parameter(request, "id")); }

  ImportService& service_;
  const Portals& portals_;
};

}  // namespace

void add_import_routes(GuardedRouter router, ImportService& service, const Portals& portals) {
  const ImportRoutes imports(service, portals);
  router.add(Method::post, "/v1/imports",
             [imports](const Request& r, const Administrator& by) { return imports.open(r, by); });
  router.add(Method::get, "/v1/imports/{id}",
             [imports](const Request& r, const Administrator& by) { return imports.show(r, by); });
  router.add(
      Method::delete_, "/v1/imports/{id}",
      [imports](const Request& r, const Administrator& by) { return imports.abandon(r, by); });
  router.add(
      Method::post, "/v1/imports/{id}/rows",
      [imports](const Request& r, const Administrator& by) { return imports.add_rows(r, by); });
  router.add(
      Method::post, "/v1/imports/{id}/commit",
      [imports](const Request& r, const Administrator& by) { return imports.commit(r, by); });
}

}  // namespace portal::api
