// Clients that can ask only once: the password, the separator and the code in one answer.

#include <algorithm>
#include <optional>
#include <string_view>

#include "domain/codes.hpp"
#include "domain/login.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/challenges.hpp"
#include "domain/ports/store.hpp"
#include "identity/recovery_code.hpp"

namespace portal {
namespace {

struct SingleAnswer {
  Secret password;
  Secret code;  ///< empty if there is none
};

/// A recovery code as it is printed: "K7QF-9XTM-4PWR-HJ3D".
constexpr std::size_t kPrintedRecoveryCode = 19;

bool is_printed_recovery_code(std::string_view text) {
  return text.size() == kPrintedRecoveryCode && text[4] == '-' && text[9] == '-' &&
         text[14] == '-' && RecoveryCode::parse(text).has_value();
}

/// Cuts where a code of the factor, or a recovery code as it is printed, stands at the end behind a
/// separator; the password may hold others, and may itself end like a code.
SingleAnswer split(const Secret& answer, std::string_view separator) {
  const std::string_view whole = answer.reveal();
  const auto password_before = [&](std::size_t code_size) -> std::optional<std::string_view> {
    const std::size_t tail = separator.size() + code_size;
    if (whole.size() < tail) return std::nullopt;
    const std::size_t at = whole.size() - tail;
    if (whole.substr(at, separator.size()) != separator) return std::nullopt;
    return whole.substr(0, at);
  };
  const auto tail_of = [&](std::size_t size) { return whole.substr(whole.size() - size); };

  if (const auto password = password_before(kPrintedRecoveryCode);
      password && is_printed_recovery_code(tail_of(kPrintedRecoveryCode))) {
    return {Secret(*password), Secret(tail_of(kPrintedRecoveryCode))};
  }
  const std::size_t at = separator.empty()
                             ? whole.size() - std::min(whole.size(), kFactorCodeDigits)
                             : whole.rfind(separator);
  if (at == whole.npos) return {answer.clone(), {}};
  Secret code = typed_code(Secret(whole.substr(at + separator.size())), kFactorCodeDigits);
  if (code.empty()) return {answer.clone(), {}};
  return {Secret(whole.substr(0, at)), std::move(code)};
}

/// How an answer is to be read depends on what was sent, never on a try: a password that itself
/// ends like a code would cost a second bind. With an app there is always a code. With SMS there is
/// one only if one was sent here.
Result<bool> has_code(Store& store, const LoginConversation& conversation) {
  return in_read<bool>(store, [&](Transaction& transaction) -> Result<bool> {
    const Result<UserName> name = UserName::parse(conversation.typed_name);
    if (!name) return true;
    const auto account = transaction.accounts().find_by_name(*name);
    if (!account) return fail(account.error());
    if (!*account) return true;
    const auto factor = transaction.accounts().factor_of((*account)->id);
    if (!factor) return fail(factor.error());
    if (!*factor || (*factor)->kind != FactorKind::sms) return true;
    const auto sent = transaction.challenges().current(
        login_scope((*account)->id, conversation.service, **factor));
    if (!sent) return fail(sent.error());
    return sent->has_value();
  });
}

}  // namespace

LoginStep LoginService::judge_single(LoginConversation& conversation, const Secret& answer) {
  const auto coded = has_code(neighbours_.store, conversation);
  if (!coded) return Refusal{RefusalReason::unavailable, DecisionId::random()};
  const SingleAnswer parts =
      *coded ? split(answer, conversation.profile.separator) : SingleAnswer{answer.clone(), {}};
  auto admitted = admit(conversation, parts.password);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return *refusal;
  const Factor& factor = *std::get<Admitted>(admitted).factor;

  if (!parts.code.empty()) {
    LoginStep step = judge_code(conversation, parts.code);
    const auto* refusal = std::get_if<Refusal>(&step);
    if (!refusal || refusal->reason != RefusalReason::expired_code) return step;
  } else if (factor.kind == FactorKind::totp) {
    return refuse(conversation, RefusalReason::code_missing, "");
  }
  // The password is right and a new code is wanted: it leaves, and this try ends.
  LoginStep sent = challenge(conversation, factor);
  if (!std::holds_alternative<Prompt>(sent)) return sent;
  return refuse(conversation, RefusalReason::code_sent, "");
}

}  // namespace portal
