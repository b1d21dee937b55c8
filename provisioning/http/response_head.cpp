#include "http/response_head.hpp"

#include <array>
#include <cstdio>

#include "http/status.hpp"
#include "http/text.hpp"

namespace portal::http {
namespace {

bool is_the_servers(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower == "content-length" || lower == "transfer-encoding" || lower == "connection" ||
         lower == "date";
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  if (!is_sendable_header(name, value)) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

bool is_without_content(int status) { return status == 204 || status == 304; }

}  // namespace

bool has_body(const Response& response, Method method) noexcept {
  return method != Method::head && !is_without_content(response.status);
}

std::string http_date(UtcTime time) {
  using namespace std::chrono;
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_days day = floor<std::chrono::days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  char text[40];
  (void)std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", days[weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text;
}

std::string head_of(const Response& response, const Framing& framing, UtcTime now) {
  const int status = response.status < 200 || response.status > 599 ? 500 : response.status;
  std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
  head.append(reason_of(status)).append("\r\n");
  append_header(head, "Date", http_date(now));
  const bool typed = !response.content_type.empty();
  if (typed) append_header(head, "Content-Type", response.content_type);
  // RFC 9110 section 8.6: never with 204; with 304 it would describe another body.
  if (!is_without_content(status))
    append_header(head, "Content-Length", std::to_string(response.body.size()));
  if (!framing.keep_alive) append_header(head, "Connection", "close");
  if (framing.keep_alive && framing.is_http_1_0) append_header(head, "Connection", "keep-alive");
  for (const auto& [name, value] : response.headers)
    if (!is_the_servers(name) && !(typed && to_lower(name) == "content-type"))
      append_header(head, name, value);
  return head.append("\r\n");
}

}  // namespace portal::http
