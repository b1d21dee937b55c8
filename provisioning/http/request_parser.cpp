// The one translation unit that sees Boost.Beast.

// Beast 1.74 asserts that the last chunk's head comes in five bytes at least and copes well when it
// does not: without this, "0\r\n\r\n" sent byte by byte would abort a debug build.
#define BOOST_DISABLE_ASSERTS

#include "http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/request_head.hpp"
#include "http/target.hpp"
#include "http/text.hpp"

namespace portal::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t max_fields = 100;
/// A chunk's head with its extensions, or the trailers: more is hostile.
constexpr std::size_t max_chunk_head = 4'096;

std::string_view text_of(string_view text) { return {text.data(), text.size()}; }

/// What Beast knows by name, as what the router knows. CONNECT and the methods of WebDAV and UPnP
/// are refused on purpose, with 501 (RFC 9110 section 15.6.2).
std::optional<Method> method_of(beast::verb verb) {
  if (verb == beast::verb::get) return Method::get;
  if (verb == beast::verb::head) return Method::head;
  if (verb == beast::verb::post) return Method::post;
  if (verb == beast::verb::put) return Method::put;
  if (verb == beast::verb::patch) return Method::patch;
  if (verb == beast::verb::delete_) return Method::delete_;
  if (verb == beast::verb::options || verb == beast::verb::trace) return Method::other;
  return std::nullopt;
}

int status_of(const error_code& error) {
  if (error == beast::error::body_limit) return 413;
  if (error == beast::error::header_limit) return 431;
  if (error == beast::error::bad_version) return 505;
  return 400;
}

/// Beast's events, gathered into a Request.
class Parser final : public beast::basic_parser<true> {
 public:
  Request request;
  WipedBuffer body;
  int status = 0;  ///< set by our own refusals
  bool is_http_1_0 = false;
  bool expects_continue = false;

 private:
  void refuse(int with, error_code& error) {
    status = with;
    error = beast::error::bad_field;
  }

  void on_request_impl(beast::verb verb, string_view /*name*/, string_view target, int version,
                       error_code& error) override {
    is_http_1_0 = version < 11;
    if (target.size() > max_target_bytes) return refuse(414, error);
    const std::optional<Method> method = method_of(verb);
    if (!method) return refuse(501, error);
    Result<Target> parsed = http::parse_target(text_of(target));
    if (!parsed) return refuse(400, error);
    request.method = *method;
    request.path = std::move(parsed->path);
    request.query = std::move(parsed->query);
  }

  void on_field_impl(beast::field /*known*/, string_view name, string_view value,
                     error_code& error) override {
    if (head_done_) return;  // trailers
    if (request.headers.size() == max_fields) return refuse(431, error);
    request.headers.emplace_back(to_lower(text_of(name)), std::string(text_of(value)));
  }

  void on_header_impl(error_code& error) override {
    head_done_ = true;
    const HeadVerdict verdict = judge_head(request, is_http_1_0);
    expects_continue = verdict.expects_continue;
    if (verdict.status != 0) refuse(verdict.status, error);
  }

  std::size_t on_body_impl(string_view bytes, error_code& /*error*/) override {
    body.insert(body.end(), bytes.begin(), bytes.end());
    return bytes.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view bytes,
                                 error_code& error) override {
    return on_body_impl(bytes, error);
  }

  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  bool head_done_ = false;
};

}  // namespace

class RequestParser::Implementation {
 public:
  Implementation(std::size_t header_bytes, std::size_t body_bytes) : header_bytes_(header_bytes) {
    parser.header_limit(static_cast<std::uint32_t>(header_bytes));
    parser.body_limit(body_bytes);
  }

  State feed(WipedBuffer& input) {
    if (state_ == State::head && !look_at_head(input)) return state_;
    while (state_ != State::failed && !parser.is_done() && !input.empty()) {
      error_code error;
      const std::size_t used = parser.put(boost::asio::buffer(input.data(), input.size()), error);
      consume(input, used);
      if (error == beast::error::need_more) {
        if (input.size() > max_chunk_head) fail_with(400);
        break;
      }
      if (error) fail_with(parser.status != 0 ? parser.status : status_of(error));
    }
    if (state_ != State::failed) state_ = parser.is_done() ? State::complete : State::body;
    return state_;
  }

  int status() const { return status_; }

  Parser parser;

 private:
  /// Whether the head is there and clean, so that Beast gets it whole.
  bool look_at_head(WipedBuffer& input) {
    skip_empty_line(input);
    const std::string_view bytes(input.data(), input.size());
    const std::optional<std::size_t> length = head_length(bytes, searched_);
    searched_ = bytes.size();
    if (length.value_or(bytes.size()) > header_bytes_) {
      // Without the end of the first line, it was the target that was too long.
      fail_with(bytes.find("\r\n") < header_bytes_ ? 431 : 414);
      return false;
    }
    if (!length) return false;
    if (!has_clean_lines(bytes.substr(0, *length))) {
      fail_with(400);
      return false;
    }
    return true;
  }

  /// One empty line before a request is forgiven (RFC 9112 section 2.2).
  void skip_empty_line(WipedBuffer& input) {
    if (skipped_ || input.size() < 2) return;
    skipped_ = true;
    if (input[0] == '\r' && input[1] == '\n') consume(input, 2);
  }

  void fail_with(int status) {
    state_ = State::failed;
    status_ = status;
  }

  std::size_t header_bytes_;
  std::size_t searched_ = 0;
  bool skipped_ = false;
  State state_ = State::head;
  int status_ = 0;
};

RequestParser::RequestParser(std::size_t header_bytes, std::size_t body_bytes)
    : implementation_(std::make_unique<Implementation>(header_bytes, body_bytes)) {}
RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::feed(WipedBuffer& input) {
  return implementation_->feed(input);
}
int RequestParser::status() const { return implementation_->status(); }
bool RequestParser::expects_continue() const { return implementation_->parser.expects_continue; }
bool RequestParser::keep_alive() const { return implementation_->parser.keep_alive(); }
bool RequestParser::is_http_1_0() const { return implementation_->parser.is_http_1_0; }
const Request& RequestParser::request() const { return implementation_->parser.request; }

Request RequestParser::take() {
  Parser& parser = implementation_->parser;
  parser.request.body = Secret(std::string_view(parser.body.data(), parser.body.size()));
  WipedBuffer().swap(parser.body);
  return std::move(parser.request);
}

}  // namespace portal::http
