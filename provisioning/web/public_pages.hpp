#pragma once

#include "web/gate.hpp"
#include "web/house.hpp"

namespace portal::web {

/// What everybody may see: the start of a portal, its terms of use; and the choice of a language.
class PublicPages {
 public:
  explicit PublicPages(House& house) : house_(house) {}
  void add_routes(http::Router& router, const Gate& gate);

 private:
  http::Response start(const Visit& visit) const;
  http::Response terms(const Visit& visit) const;
  http::Response choose_language(const Visit& visit) const;

  House& house_;
};

/// The paragraphs of a plain text, for templates: a list of {"text"}.
Value paragraphs(std::string_view text);

/// Whether `path` is a plain address of this site that a form may ask to return to.
bool is_own_path(std::string_view path);

}  // namespace portal::web
