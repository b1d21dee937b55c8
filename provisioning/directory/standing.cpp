#include "directory/standing.hpp"

#include <charconv>

namespace portal::directory {
namespace {

using namespace std::chrono;

/// A moment of the directory's, to the second.
struct Moment {
  bool known = false;      ///< false: nobody could read it
  bool year_zero = false;  ///< 000001010000Z: "for good" (draft-behera section 5.3.3)
  UtcTime time;
};

int digits(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  const char* begin = text.data() + from;
  const auto [stopped, problem] = std::from_chars(begin, begin + count, value);
  return problem == std::errc() && stopped == begin + count ? value : -1;
}

/// RFC 4517 section 3.3.13, in UTC: all that a server writes of itself. Fractions are left out.
Moment parse_moment(std::string_view text) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view rest = text.substr(length);
  const bool has_fraction = rest.size() > 2 && (rest[0] == '.' || rest[0] == ',') &&
                            rest.find_first_not_of("0123456789", 1) == rest.size() - 1;
  const bool utc = rest == "Z" || (has_fraction && rest.ends_with('Z'));
  if (!utc || (length != 12 && length != 14)) return {};
  const year_month_day day{year(digits(text, 0, 4)),
                           month(static_cast<unsigned>(digits(text, 4, 2))),
                           std::chrono::day(static_cast<unsigned>(digits(text, 6, 2)))};
  if (!day.ok()) return {};
  const auto time = sys_days(day) + hours(digits(text, 8, 2)) + minutes(digits(text, 10, 2)) +
                    seconds(length == 14 ? digits(text, 12, 2) : 0);
  return {true, day.year() == year(0), time};
}

bool has_any_sign_of_a_lock(const FoundEntry& entry) {
  return entry.find("pwdAccountLockedTime") != nullptr ||
         entry.find("pwdAccountTmpLockoutEnd") != nullptr;
}

bool is_out_of_its_time(const FoundEntry& entry, UtcTime now) {
  const std::string* start = entry.find("pwdStartTime");
  const std::string* end = entry.find("pwdEndTime");
  if (start != nullptr) {
    const Moment moment = parse_moment(*start);
    if (!moment.known || now < moment.time) return true;
  }
  if (end == nullptr) return false;
  const Moment moment = parse_moment(*end);
  return !moment.known || now >= moment.time;
}

bool is_locked(const FoundEntry& entry, const std::optional<Policy>& policy, UtcTime now) {
  if (is_out_of_its_time(entry, now)) return true;
  if (!policy) return has_any_sign_of_a_lock(entry);
  if (!policy->lockout) return false;
  if (const std::string* end = entry.find("pwdAccountTmpLockoutEnd")) {
    const Moment moment = parse_moment(*end);
    if (!moment.known || now < moment.time) return true;
  }
  const std::string* since = entry.find("pwdAccountLockedTime");
  if (since == nullptr) return false;
  const Moment moment = parse_moment(*since);
  const bool for_good = !moment.known || moment.year_zero || policy->lockout_duration == 0s;
  return for_good || now < moment.time + policy->lockout_duration;
}

/// Also where nobody can tell since when.
bool is_locked_by_administrator(const FoundEntry& entry) {
  const std::string* since = entry.find("pwdAccountLockedTime");
  if (since == nullptr) return false;
  const Moment moment = parse_moment(*since);
  return !moment.known || moment.year_zero;
}

bool was_reset(const FoundEntry& entry, const std::optional<Policy>& policy) {
  const std::string* reset = entry.find("pwdReset");
  return reset != nullptr && *reset == "TRUE" && (!policy || policy->must_change);
}

/// Nothing where passwords do not age, or where nobody knows since when this one is.
std::optional<seconds> time_left(const FoundEntry& entry, const std::optional<Policy>& policy,
                                 UtcTime now) {
  const std::string* changed = entry.find("pwdChangedTime");
  if (!policy || policy->max_age == 0s || changed == nullptr) return std::nullopt;
  const Moment moment = parse_moment(*changed);
  if (!moment.known) return 0s;
  return duration_cast<seconds>(moment.time + policy->max_age - now);
}

}  // namespace

std::vector<std::string> standing_attributes() {
  return {"entryUUID",
          "pwdPolicySubentry",
          "pwdAccountLockedTime",
          "pwdAccountTmpLockoutEnd",
          "pwdStartTime",
          "pwdEndTime",
          "pwdReset",
          "pwdChangedTime",
          "pwdGraceUseTime"};
}

EntryStanding judge_standing(const FoundEntry& entry, const std::optional<Policy>& policy,
                             UtcTime now) {
  EntryStanding standing;
  standing.must_change = was_reset(entry, policy);
  standing.locked = is_locked(entry, policy, now);
  standing.locked_by_administrator = is_locked_by_administrator(entry);
  standing.expires_in = time_left(entry, policy, now);
  const bool too_old = standing.expires_in && *standing.expires_in <= 0s;
  if (too_old) {
    standing.expires_in.reset();
    const auto used = static_cast<int>(entry.count("pwdGraceUseTime"));
    standing.expired = !policy || used >= policy->grace_logins;
  }
  const std::optional<Usability>& told = entry.usability;
  if (told && told->available) {
    standing.locked = false;
    standing.expired = false;
    standing.expires_in = told->expires_in;
  } else if (told && (told->inactive || !too_old)) {
    // For a reason that we do not see (idle for too long, a policy that we may not read).
    standing.locked = true;
  }
  return standing;
}

}  // namespace portal::directory
