#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/refusal.hpp"
#include "web/values.hpp"
#include "web/words.hpp"

namespace portal::web {

/// What was wrong with a form, each in one sentence that says what to do; and the status that the
/// page is answered with.
class Problems {
 public:
  /// `field` is the name of the form's field, or empty for the form as a whole.
  void add(std::string_view field, std::string sentence);
  /// The sentence for a refusal, with its reference; `sentence` is a message key for one of its
  /// own.
  void refuse(const Words& words, const Refusal& refusal, std::string_view field,
              std::string_view sentence = {});
  /// A neighbour does not answer, or worse: logged, "not possible at the moment" for the person.
  void fault(const Words& words, const Error& error, std::string_view path);

  bool empty() const noexcept { return problems_.empty(); }
  int status() const noexcept { return status_; }
  /// The domain refused: the answer leaves on the fixed schedule.
  bool is_refusal() const noexcept { return is_refusal_; }
  /// All sentences about a field, in one text.
  std::string about(std::string_view field) const;

  /// For the summary at the top of the page (templates/layout.html).
  Value summary() const;

 private:
  struct Problem {
    std::string field;
    std::string sentence;
  };
  std::vector<Problem> problems_;
  std::string reference_;
  int status_ = 200;
  bool is_refusal_ = false;
};

/// The field of a form that a refusal is about; empty if it is none in particular.
std::string_view field_of(RefusalReason reason) noexcept;

/// 503 or 500: what a failure looks like from outside.
int status_of(Errc code) noexcept;

/// Writes a failure to the log, by the page that met it.
void log_fault(const Error& error, std::string_view path);

}  // namespace portal::web
