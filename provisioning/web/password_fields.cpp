#include "web/password_fields.hpp"

#include "domain/password_words.hpp"
#include "web/fields.hpp"

namespace portal::web {

Values new_password_fields(const Words& words, PasswordProfile profile, const Problems& problems) {
  const Field password{.name = "password",
                       .label = "field.new_password",
                       .hint = rule_key(profile),
                       .type = "password",
                       .autocomplete = "new-password",
                       .longest = 1024};
  const Field again{.name = "password_again",
                    .label = "field.password_again",
                    .type = "password",
                    .autocomplete = "new-password",
                    .longest = 1024};
  return {{"portal_rules", profile == PasswordProfile::portal},
          {"password", field(words, password, problems)},
          {"password_again", field(words, again, problems)}};
}

}  // namespace portal::web
