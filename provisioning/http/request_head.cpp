#include "http/request_head.hpp"

#include <algorithm>
#include <array>

#include "http/target.hpp"
#include "http/text.hpp"

namespace portal::http {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

std::size_t count_of(const Request& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&](const auto& header) { return header.first == name; }));
}

bool is_length(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// How the body is framed is what request smuggling lives from: one way, said once.
int judge_framing(const Request& request, bool is_http_1_0) {
  const std::size_t lengths = count_of(request, "content-length");
  const std::size_t codings = count_of(request, "transfer-encoding");
  if (lengths + codings > 1) return 400;
  if (lengths == 1 && !is_length(request.header("content-length"))) return 400;
  if (codings == 1 && is_http_1_0) return 400;
  if (codings == 1 && to_lower(request.header("transfer-encoding")) != "chunked") return 501;
  return 0;
}

int judge_host(Request& request, bool is_http_1_0) {
  const std::size_t hosts = count_of(request, "host");
  if (hosts == 0 && is_http_1_0) return 0;
  if (hosts != 1) return 400;
  Result<std::string> host = parse_host(request.header("host"));
  if (!host) return 400;
  request.host = std::move(*host);
  return 0;
}

}  // namespace

std::optional<std::size_t> head_length(std::string_view bytes, std::size_t from) noexcept {
  const std::size_t start = from < end_of_head.size() ? 0 : from - end_of_head.size();
  const std::size_t found = bytes.find(end_of_head, start);
  if (found == std::string_view::npos) return std::nullopt;
  return found + end_of_head.size();
}

bool has_clean_lines(std::string_view head) noexcept {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    const char before = i == 0 ? ' ' : head[i - 1];
    const char after = i + 1 < head.size() ? head[i + 1] : ' ';
    if (c == '\0') return false;
    if (c == '\r' && after != '\n') return false;
    if (c == '\n' && before != '\r') return false;
    if (c == '\n' && i + 1 < head.size() && (after == ' ' || after == '\t')) return false;
  }
  return true;
}

HeadVerdict judge_head(Request& request, bool is_http_1_0) {
  HeadVerdict verdict;
  verdict.status = judge_host(request, is_http_1_0);
  if (verdict.status == 0) verdict.status = judge_framing(request, is_http_1_0);
  if (verdict.status != 0 || is_http_1_0) return verdict;  // HTTP/1.0 knows no Expect: ignored
  const std::size_t expectations = count_of(request, "expect");
  if (expectations == 0) return verdict;
  if (expectations > 1 || to_lower(request.header("expect")) != "100-continue") {
    verdict.status = 417;
  } else {
    verdict.expects_continue = true;
  }
  return verdict;
}

}  // namespace portal::http
