#include <utility>

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/views.hpp"

namespace portal::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

class Imports {
 public:
  Imports(AdministrationService& service, const Portals& portals, ImportBatches& batches)
      : service_(service), portals_(portals), batches_(batches) {}

  Response open(const Request& request, const Administrator& by) const {
    Faults faults;
    refuse_members(request, faults);
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    const Result<std::string> id = batches_.open(by.name);
    if (!id) return to_response(problem_of(id.error()));
    JsonObject body;
    body.text("id", *id)
        .number("rows_at_most", ImportBatches::kRowsPerBatch)
        .number("rows_per_chunk", kRowsPerChunk);
    Response response = json_response(body, 201);
    response.add_header("Location", "/v1/imports/" + *id);
    return response;
  }

  Response add_rows(const Request& request, const Administrator& by) const {
    const std::string& id = path_parameter(request, "id");
    Faults faults;
    const std::optional<JsonDocument> document = body_of(request, faults);
    PersonRows read;
    if (document) {
      JsonReader body = document->reader(faults);
      read = read_person_rows(body, portals_, faults);
    }
    if (!faults.empty()) return refuse_rows(id, by, std::move(faults));
    Result<ImportBatches::Added> added = batches_.add(id, by.name, std::move(read.rows));
    if (!added) return to_response(problem_of(added.error()));
    if (!added->faults.empty()) return to_response(invalid_request(std::move(added->faults)));
    JsonObject body;
    body.number("rows", static_cast<std::int64_t>(added->rows_in_all))
        .list("warnings", to_json(read.warnings));
    return json_response(body);
  }

  Response commit(const Request& request, const Administrator& by) const {
    const std::string& id = path_parameter(request, "id");
    Faults faults;
    std::optional<std::int64_t> rows;
    if (const std::optional<JsonDocument> document = body_of(request, faults)) {
      JsonReader body = document->reader(faults);
      rows = body.integer("rows", 1, ImportBatches::kRowsPerBatch);
      body.refuse_the_rest();
    }
    if (!faults.empty()) return to_response(invalid_request(std::move(faults)));
    Result<ImportBatch> batch = batches_.take(id, by.name, static_cast<std::size_t>(*rows));
    if (!batch) return to_response(problem_of(batch.error()));
    const Result<ImportReport> report = service_.import(batch->rows(), by);
    if (report) return json_response(view_of(*report));
    // The store may answer again in a minute: the client can then commit once more.
    if (report.error().code == Errc::unavailable) batches_.give_back(id, std::move(*batch));
    return to_response(problem_of(report.error()));
  }

  Response abandon(const Request& request, const Administrator& by) const {
    const Result<void> abandoned = batches_.abandon(path_parameter(request, "id"), by.name);
    return abandoned ? nothing() : to_response(problem_of(abandoned.error()));
  }

 private:
  Response refuse_rows(const std::string& id, const Administrator& by, Faults faults) const {
    const Result<void> spoilt = batches_.spoil(id, by.name);
    if (!spoilt) return to_response(problem_of(spoilt.error()));
    return to_response(invalid_request(std::move(faults)));
  }

  AdministrationService& service_;
  const Portals& portals_;
  ImportBatches& batches_;
};

}  // namespace

void add_import_routes(GuardedRouter router, AdministrationService& service, const Portals& portals,
                       ImportBatches& batches) {
  const Imports imports(service, portals, batches);
  router.add(Method::post, "/v1/imports",
             [imports](const Request& r, const Administrator& by) { return imports.open(r, by); });
  router.add(
      Method::post, "/v1/imports/{id}/rows",
      [imports](const Request& r, const Administrator& by) { return imports.add_rows(r, by); });
  router.add(
      Method::post, "/v1/imports/{id}/commit",
      [imports](const Request& r, const Administrator& by) { return imports.commit(r, by); });
  router.add(
      Method::delete_, "/v1/imports/{id}",
      [imports](const Request& r, const Administrator& by) { return imports.abandon(r, by); });
}

}  // namespace portal::api
