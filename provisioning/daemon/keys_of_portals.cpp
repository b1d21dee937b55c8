#include <algorithm>

#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace shapes;

constexpr std::string_view kIdRange = "1 to 32 of a-z, 0-9 and -";

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// A host name in lower case, without port.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.back() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool is_origin(std::string_view text) {
  constexpr std::string_view https = "https://";
  if (!text.starts_with(https)) return false;
  text.remove_prefix(https.size());
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_host(text);
  const std::string_view port = text.substr(colon + 1);
  return is_host(text.substr(0, colon)) && !port.empty() && port.size() <= 5 &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

/// A text that must pass `judge`; `put` takes it over.
template <class S>
Shape<S> checked_text(const std::string& type, const std::string& range,
                      bool (*judge)(std::string_view), void (*put)(S&, std::string)) {
  Shape<S> shape;
  shape.type = type;
  shape.range = range;
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, type, range, reading)) return;
    if (judge(value.text)) {
      put(settings, value.text);
    } else {
      reading.report(value.position, wrong_value_text(name, type, range, toml_text(value.text)));
    }
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

/// A table of one text for each language; `text_of` makes the text of a value.
template <class S, class F>
Shape<S> by_language(Translated S::*member, const std::string& type, F text_of) {
  const std::vector<std::string> known = {"fr", "de", "it", "en"};
  Shape<S> shape;
  shape.type = type;
  shape.range = "of fr, de, it and en; a language left out is answered in French";
  shape.take = [=](S& settings, const TomlValue& value, const std::string& name, Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::table, name, type, "", reading)) return;
    for (const TomlValue::Entry& entry : value.entries) {
      const auto language = std::ranges::find(known, entry.key);
      if (language == known.end()) {
        reading.report(entry.position, unknown_key_text(name, entry.key, known));
      } else if (has_kind(entry.value, TomlValue::Kind::text, dotted(name, entry.key), "a text", "",
                          reading)) {
        (settings.*member)[*parse_language(entry.key)] = text_of(entry.value, reading);
      }
    }
    if (value.entries.empty()) reading.report(value.position, name + " has no language");
  };
  shape.show = [](const S&) { return std::string(); };
  return shape;
}

template <class S>
Shape<S> translated(Translated S::*member) {
  return by_language(member, "a text for each language",
                     [](const TomlValue& value, Reading&) { return value.text; });
}

template <class S>
Shape<S> translated_files(Translated S::*member) {
  return by_language(member, "a text file for each language",
                     [](const TomlValue& value, Reading& reading) {
                       return reading.read_text(value.position, reading.resolve(value.text));
                     });
}

Keys<Audience> of_audience() {
  using S = Audience;
  return {
      {"id",
       checked_text<S>(
           "a name", std::string(kIdRange), is_id,
           [](S& audience, std::string id) { audience.id = AudienceId(std::move(id)); }),
       "What imports and the administration call this audience.", true},
      {"name", translated(&S::name), "What people call it: a text for each language.", true},
      {"may_register", truth(&S::may_register), "Whether its people can register here."},
  };
}

Keys<Terms> of_terms() {
  using S = Terms;
  return {
      {"version", text(&S::version, 64),
       "Names this text. A new version is asked for again at the next web login.", true},
      {"text", translated_files(&S::text), "A file with the plain text for each language.", true},
  };
}

/// Paths as Portal::may_return_to wants them: "/pension/".
Shape<Portal> return_paths() {
  const std::string range = "each like \"/pension/\"";
  Shape<Portal> shape = texts(&Portal::return_paths);
  shape.range = range;
  shape.take = [=, plain = shape.take](Portal& portal, const TomlValue& value,
                                       const std::string& name, Reading& reading) {
    plain(portal, value, name, reading);
    for (const std::string& path : portal.return_paths) {
      // A path that could not be below itself would never be come back to.
      Portal alone;
      alone.return_paths = {path};
      if (path.starts_with('/') && path.ends_with('/') && alone.may_return_to(path)) continue;
      reading.report(value.position,
                     wrong_value_text(name, "a list of paths", range, toml_text(path)));
    }
  };
  return shape;
}

Keys<Portal> of_plain_portal() {
  using S = Portal;
  return {
      {"id",
       checked_text<S>("a name", std::string(kIdRange), is_id,
                       [](S& portal, std::string id) { portal.id = PortalId(std::move(id)); }),
       "What imports and the administration call this portal.", true},
      {"host",
       checked_text<S>("a host name", "in lower case, without port", is_host,
                       [](S& portal, std::string host) { portal.host = std::move(host); }),
       "The host name that tells this portal from the others.", true},
      {"origin",
       checked_text<S>("an https address", "https://HOST[:PORT], without a path", is_origin,
                       [](S& portal, std::string origin) { portal.origin = std::move(origin); }),
       "The address for links in e-mails. Without it: https:// and the host, with the port of "
       "[web] "
       "if that is not 443."},
      {"name", translated(&S::name), "What people call the portal: a text for each language.",
       true},
      {"audience", tables(&S::audiences, of_audience()),
       "Who can register: one table for each kind of person.", true},
      {"terms", table(&S::terms, of_terms()), "The terms of use.", false},
      {"look", table(&S::look, of_look()), "The fund's own colours and logo."},
      {"application", text(&S::application),
       "Where people go after a login: a path of this host below one of return_paths. Without it "
       "they see their account."},
      {"return_paths", return_paths(),
       "Paths of this host, each with a '/' at both ends, below which a login may come back to "
       "where it was asked for: where applications are that ask /session/check who comes."},
  };
}

}  // namespace

Keys<PortalSettings> of_portal() {
  using S = PortalSettings;
  Keys<S> own = {
      {"mail_from", text(&S::mail_from, 320),
       "The sender of the portal's e-mails: \"Name <address>\".", true},
  };
  return joined(lifted(&S::portal, of_plain_portal()), std::move(own));
}

}  // namespace portal::key_tables
