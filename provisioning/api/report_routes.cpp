#include "api/report_routes.hpp"

#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "domain/sms_reports.hpp"

namespace portal {

void add_report_routes(http::Router& router, SmsReports& reports) {
  const http::Handler take = [&reports](const http::Request& request) {
    const MessageId message(api::path_parameter(request, "message"));
    const Result<void> taken =
        reports.take(api::path_parameter(request, "gateway"), message,
                     api::path_parameter(request, "token"), api::path_parameter(request, "word"));
    return taken ? api::nothing() : api::to_response(api::problem_of(taken.error()));
  };
  constexpr const char* kPattern = "/sms-report/{gateway}/{message}/{token}/{word}";
  router.add(http::Method::get, kPattern, take);
  router.add(http::Method::post, kPattern, take);
  router.set_error_page([](int status, const http::Request&) {
    return api::to_response(api::problem_of_status(status));
  });
}

}  // namespace portal
