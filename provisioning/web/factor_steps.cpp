#include "web/factor_steps.hpp"

#include "domain/ports/accounts.hpp"
#include "web/fields.hpp"

namespace portal::web {
namespace {

Value phone_field(const Visit& visit, std::string_view typed, const Problems& problems) {
  return field(visit.words,
               {.name = "phone",
                .label = "field.phone",
                .hint = "field.phone.hint",
                .type = "tel",
                .autocomplete = "tel",
                .inputmode = "tel",
                .value = typed,
                .longest = 40},
               problems);
}

}  // namespace

bool was_sent(const Visit& visit) { return visit.query.text("sent") == "1"; }

Value code_field(const Words& words, std::string_view label, const Problems& problems) {
  return field(words,
               {.name = "code",
                .label = label,
                .autocomplete = "one-time-code",
                .inputmode = "numeric",
                .longest = 20},
               problems);
}

Page factor_choice_page(std::string_view at, std::string_view chosen, const Problems& problems) {
  return {.name = "factor",
          .title = "register.factor.title",
          .values = {{"at", std::string(at)},
                     {"on_account", at.starts_with("/account")},
                     {"totp_chosen", chosen == name_of(FactorKind::totp)},
                     {"sms_chosen", chosen == name_of(FactorKind::sms)},
                     {"group", group("factor", problems)}}};
}

Page phone_page(const Visit& visit, std::string_view at, std::string_view typed,
                const Problems& problems) {
  return {.name = "phone",
          .title = "register.phone.title",
          .values = {{"at", std::string(at)}, {"phone", phone_field(visit, typed, problems)}}};
}

Page sms_code_page(const Visit& visit, std::string_view at, const SmsCodePage& page,
                   const Problems& problems) {
  return {.name = "sms_code",
          .title = "register.sms_code.title",
          .values = {{"at", std::string(at)},
                     {"number", page.number},
                     {"sent", was_sent(visit)},
                     {"code", code_field(visit.words, "field.sms_code", problems)},
                     {"pause", page.pause},
                     {"wrong_number", !problems.about("phone").empty()},
                     {"phone", phone_field(visit, page.typed, problems)}}};
}

Result<Page> app_page(const Visit& visit, std::string_view at, const QrCodes& qr_codes,
                      const std::string& key, const std::string& uri, const Problems& problems) {
  const Result<QrDrawing> drawing = qr_codes.draw(uri);
  if (!drawing) return fail(drawing.error());
  return Page{.name = "app",
              .title = "register.app.title",
              .values = {{"at", std::string(at)},
                         {"qr_size", std::to_string(drawing->size)},
                         {"qr_path", drawing->path},
                         {"app_key", key},
                         {"app_uri", uri},
                         {"code", code_field(visit.words, "field.app_code", problems)}}};
}

}  // namespace portal::web
