// How far a change of the second factor has come, as the browser keeps it: sealed, for one session.

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "domain/factor_change.hpp"

namespace portal {
namespace {

using Way = FactorEnrolment::Step;

// Lines in this order, then the seed as it is: it is bytes, and may hold anything.
enum Part : std::size_t { kPresent, kEnds, kStep, kPhone, kSent, kSeed, kParts };

/// Where a sealed state opens: in its session, and nowhere else.
std::string place_of(const FactorChanger& who) { return "factor_change/" + who.session.id.text(); }

Way step_named(std::string_view name) {
  for (const Way step : {Way::number, Way::sms_code, Way::app_code}) {
    if (name == step_name(step)) return step;
  }
  return Way::choice;
}

std::optional<std::array<std::string_view, kParts>> parts_of(std::string_view text) {
  std::array<std::string_view, kParts> parts;
  for (std::size_t i = 0; i < kSeed; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  parts[kSeed] = text;
  return parts;
}

}  // namespace

std::string_view step_name(Way step) noexcept {
  switch (step) {
    case Way::number: return "number";
    case Way::sms_code: return "sms_code";
    case Way::app_code: return "app_code";
    case Way::letter:
    case Way::choice: break;
  }
  return "choice";
}

std::string FactorChangeService::sealed(const FactorChanger& who, const Change& change) const {
  const FactorEnrolment& next = change.next;
  std::string text = change.present.text() + "\n";
  text.append(std::to_string(to_millis(change.ends))).append("\n");
  text.append(step_name(next.step)).append("\n");
  text.append(next.phone ? next.phone->e164() : "").append("\n");
  text.append(next.sent.text()).append("\n");
  text.append(next.seed.reveal());
  std::string kept = neighbours_.keyring.seal(text, place_of(who));
  wipe(text);
  return kept;
}

std::optional<FactorChangeService::Change> FactorChangeService::opened(const FactorChanger& who,
                                                                       const Secret& state) const {
  const Result<Secret> plain = neighbours_.keyring.open(state.reveal(), place_of(who));
  if (!plain) return std::nullopt;
  const auto parts = parts_of(plain->reveal());
  if (!parts) return std::nullopt;
  std::int64_t ends = 0;
  const std::string_view number = (*parts)[kEnds];
  if (std::from_chars(number.begin(), number.end(), ends).ec != std::errc()) return std::nullopt;
  Change change;
  change.present = FactorId(std::string((*parts)[kPresent]));
  change.ends = from_millis(ends);
  if (neighbours_.clock.now() >= change.ends) return std::nullopt;
  change.next.step = step_named((*parts)[kStep]);
  change.next.seed = Secret((*parts)[kSeed]);
  if (!(*parts)[kPhone].empty()) {
    auto phone = PhoneNumber::from_e164((*parts)[kPhone]);
    if (!phone) return std::nullopt;
    change.next.phone = std::move(*phone);
  }
  change.next.sent = ChallengeId(std::string((*parts)[kSent]));
  return change;
}

}  // namespace portal
