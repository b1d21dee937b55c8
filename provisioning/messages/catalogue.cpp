#include "messages/catalogue.hpp"

#include <array>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <exception>
#include <locale>
#include <mutex>
#include <set>
#include <vector>

#include "base/log.hpp"
#include "messages/embedded_catalogues.hpp"
#include "messages/placeholders.hpp"

namespace portal {
namespace {

namespace gettext = boost::locale::gnu_gettext;
using Facet = boost::locale::message_format<char>;

/// Unknown keys remembered at most, so that a bug cannot eat memory.
constexpr std::size_t kRemembered = 256;

/// Boost asks for files by path; we answer with what the build embedded.
std::vector<char> embedded(const std::string& file, Language language) {
  if (!file.ends_with("/portal.mo")) return {};
  const std::string name = std::string(code_of(language)) + ".mo";
  for (const EmbeddedFile& catalogue : messages::embedded_catalogues()) {
    if (catalogue.name == name) return {catalogue.content.begin(), catalogue.content.end()};
  }
  return {};
}

std::locale locale_of(Language language) {
  gettext::messages_info info;
  info.language = code_of(language);
  info.encoding = "UTF-8";
  info.domains.emplace_back("portal");
  info.paths.emplace_back("embedded");
  info.callback = [language](const std::string& file, const std::string&) {
    return embedded(file, language);
  };
  // The locale owns the facet.
  return std::locale(std::locale::classic(), gettext::create_messages_facet<char>(info));
}

const char* find(const std::locale& locale, std::string_view key) {
  // The empty key is gettext's header entry.
  if (key.empty()) return nullptr;
  return std::use_facet<Facet>(locale).get(0, nullptr, std::string(key).c_str());
}

}  // namespace

struct Catalogue::Implementation {
  std::array<std::locale, kLanguages.size()> locales;
  mutable std::mutex mutex;
  mutable std::set<std::string, std::less<>> unknown;

  const std::locale& locale(Language language) const {
    return locales.at(static_cast<std::size_t>(language));
  }

  void report_once(Language language, std::string_view key) const {
    {
      const std::lock_guard lock(mutex);
      if (unknown.size() >= kRemembered || !unknown.emplace(key).second) return;
    }
    log(LogLevel::error, "a message is missing from the catalogue",
        {{"key", std::string(key)}, {"language", std::string(code_of(language))}});
  }
};

Catalogue::Catalogue(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Catalogue::~Catalogue() = default;

Result<std::unique_ptr<Catalogue>> Catalogue::load() {
  auto implementation = std::make_unique<Implementation>();
  for (const Language language : kLanguages) {
    try {
      const std::locale locale = locale_of(language);
      if (!find(locale, "prompt.password")) throw std::runtime_error("no messages in it");
      implementation->locales.at(static_cast<std::size_t>(language)) = locale;
    } catch (const std::exception& damage) {
      return fail(Errc::internal,
                  "catalogue " + std::string(code_of(language)) + ": " + damage.what());
    }
  }
  return std::unique_ptr<Catalogue>(new Catalogue(std::move(implementation)));
}

bool Catalogue::has(Language language, std::string_view key) const {
  return find(implementation_->locale(language), key) != nullptr;
}

std::string Catalogue::text(Language language, std::string_view key, const Values& values) const {
  if (const char* pattern = find(implementation_->locale(language), key)) {
    return messages::fill_placeholders(pattern, values);
  }
  implementation_->report_once(language, key);
  return "[" + std::string(key) + "]";
}

}  // namespace portal
