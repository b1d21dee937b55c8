#include "web/problems.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace portal::web {
namespace {

int status_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::wrong_data:
    case RefusalReason::wrong_code:
    case RefusalReason::expired_code:
    case RefusalReason::wrong_credentials:
    case RefusalReason::code_sent:
    case RefusalReason::not_understood:
    case RefusalReason::code_missing:
    case RefusalReason::start_again:
    case RefusalReason::code_used:
    case RefusalReason::address_taken:
    case RefusalReason::number_not_allowed:
    case RefusalReason::account_unusable:
    case RefusalReason::factor_missing: return 422;
    case RefusalReason::too_many_tries:
    case RefusalReason::must_wait: return 429;
    case RefusalReason::unavailable: return 503;
  }
  return 500;
}

}  // namespace

std::string_view field_of(RefusalReason reason) noexcept {
  switch (reason) {
    case RefusalReason::wrong_code:
    case RefusalReason::expired_code: return "code";
    case RefusalReason::number_not_allowed: return "phone";
    case RefusalReason::address_taken: return "email";
    case RefusalReason::wrong_data:
    case RefusalReason::wrong_credentials:
    case RefusalReason::too_many_tries:
    case RefusalReason::must_wait:
    case RefusalReason::code_sent:
    case RefusalReason::not_understood:
    case RefusalReason::code_missing:
    case RefusalReason::start_again:
    case RefusalReason::code_used:
    case RefusalReason::account_unusable:
    case RefusalReason::factor_missing:
    case RefusalReason::unavailable: return "";
  }
  return "";
}

int status_of(Errc code) noexcept {
  switch (code) {
    case Errc::unavailable:
    case Errc::rate_limited:
    case Errc::conflict: return 503;
    case Errc::not_found:
    case Errc::denied:
    case Errc::malformed:
    case Errc::internal: return 500;
  }
  return 500;
}

void log_fault(const Error& error, std::string_view path) {
  log(status_of(error.code) == 503 ? LogLevel::warning : LogLevel::error, "a page met a failure",
      {{"path", std::string(path)},
       {"code", std::string(name_of(error.code))},
       {"detail", error.detail}});
}

void Problems::add(std::string_view field, std::string sentence) {
  problems_.push_back({std::string(field), std::move(sentence)});
  status_ = std::max(status_, 422);
}

void Problems::refuse(const Words& words, const Refusal& refusal, std::string_view field,
                      std::string_view sentence) {
  add(field, sentence.empty() ? words("refusal." + std::string(name_of(refusal.reason)))
                              : words(sentence));
  if (!refusal.decision.empty()) {
    reference_ = words("refusal.reference", {{"decision", refusal.decision.text()}});
  }
  status_ = std::max(status_, status_of(refusal.reason));
  is_refusal_ = true;
}

void Problems::fault(const Words& words, const Error& error, std::string_view path) {
  log_fault(error, path);
  add("", words("refusal.unavailable"));
  status_ = std::max(status_, status_of(error.code));
}

std::string Problems::about(std::string_view field) const {
  std::string all;
  for (const Problem& problem : problems_) {
    if (problem.field != field) continue;
    if (!all.empty()) all += ' ';
    all += problem.sentence;
  }
  return all;
}

Value Problems::summary() const {
  if (problems_.empty()) return false;
  std::vector<Values> list;
  for (const Problem& problem : problems_) {
    list.push_back({{"field", optional_text(problem.field)}, {"sentence", problem.sentence}});
  }
  return once({{"list", std::move(list)}, {"reference", optional_text(reference_)}});
}

}  // namespace portal::web
