#include "web/templates.hpp"

#include <kainjow/mustache.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "base/log.hpp"
#include "web/resources.hpp"
#include "web/template_source.hpp"

namespace portal::web {
namespace {

namespace mustache = kainjow::mustache;

mustache::data data_of(const Values& values);

mustache::data data_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.content)) return {*text};
  if (const auto* shown = std::get_if<bool>(&value.content)) return {*shown};
  mustache::data list(mustache::data::type::list);
  for (const Values& item : std::get<std::vector<Values>>(value.content)) {
    list.push_back(data_of(item));
  }
  return list;
}

mustache::data data_of(const Values& values) {
  mustache::data object(mustache::data::type::object);
  for (const auto& [name, value] : values) object.set(name, data_of(value));
  return object;
}

/// Mustache leaves out silently what it is not given; we want to know.
class StrictContext final : public mustache::context<std::string> {
 public:
  explicit StrictContext(std::string_view page) : page_(page) {}

  const mustache::data* get(const std::string& name) const override {
    const mustache::data* found = mustache::context<std::string>::get(name);
    if (!found) {
      log(LogLevel::error, "a template variable has no value",
          {{"template", std::string(page_)}, {"variable", name}});
    }
    return found;
  }

 private:
  std::string_view page_;
};

}  // namespace

struct Templates::Implementation {
  std::map<std::pair<Language, std::string>, mustache::mustache> parsed;
};

Templates::Templates(const Phrasebook& phrases)
    : implementation_(std::make_unique<Implementation>()) {
  for (const EmbeddedFile& file : embedded_templates()) {
    const std::string source = assembled_template(file.name);
    const std::string name(file.name.substr(0, file.name.rfind('.')));
    for (const Language language : kLanguages) {
      mustache::mustache parsed(translated_template(source, Words{phrases, language}));
      if (!parsed.is_valid()) {
        throw std::logic_error("template " + name + ": " + parsed.error_message());
      }
      parsed.set_custom_escape([](const std::string& text) { return escaped_html(text); });
      implementation_->parsed.emplace(std::pair(language, name), std::move(parsed));
    }
  }
}

Templates::~Templates() = default;

std::string Templates::render(Language language, std::string_view name,
                              const Values& values) const {
  const auto found = implementation_->parsed.find({language, std::string(name)});
  if (found == implementation_->parsed.end()) {
    throw std::logic_error("no template " + std::string(name));
  }
  const mustache::data data = data_of(values);
  StrictContext context(name);
  context.push(&data);
  // Not const in mustache's eyes because of lambdas and partials, which our templates do not have:
  // several threads may render from one.
  return found->second.render(context);
}

}  // namespace portal::web
