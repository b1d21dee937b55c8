#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "identity/id.hpp"
#include "identity/language.hpp"

namespace portal {

/// One text for each language.
using Translated = std::map<Language, std::string>;

/// Who may register at a portal: "insured persons or pensioners".
struct Audience {
  AudienceId id;
  Translated name;
  bool may_register = true;
};

/// The terms of use of a portal: a version and the text in each language.
struct Terms {
  std::string version;
  Translated text;
  Translated hash;  ///< BLAKE2b-256 of each text, hex
};

/// How the pages of a portal look, beyond what all share. Empty: as the product does.
struct Look {
  std::string accent;       ///< links and buttons on light paper: "#1d4f6e"
  std::string dark_accent;  ///< the same on dark paper
  std::string logo;         ///< an SVG drawing
};

/// One of the fund's portals, told apart by host name.
struct Portal {
  PortalId id;
  std::string host;    ///< "flex.example.ch"; compared in lower case
  std::string origin;  ///< "https://flex.example.ch:8443": for links in mails (requirement W5)
  Translated name;
  std::vector<Audience> audiences;
  Terms terms;
  Look look;
  /// Where people go after a login: a path below one of `return_paths`; empty: their account.
  std::string application;
  /// Paths of this host, each ending in '/', below which a login may come back to where it was
  /// asked for.
  std::vector<std::string> return_paths;

  /// Whether a login may end at this address: a path, and perhaps a query, below one of
  /// `return_paths`, of characters that no program reads in another way.
  bool may_return_to(std::string_view target) const;
};

/// The portals of this installation.
class Portals {
 public:
  explicit Portals(std::vector<Portal> portals) : portals_(std::move(portals)) {}
  /// By Host header, port ignored; nullptr if it is none of ours.
  const Portal* find_by_host(std::string_view host) const;
  const Portal* find(const PortalId& id) const;
  const std::vector<Portal>& all() const noexcept { return portals_; }

 private:
  std::vector<Portal> portals_;
};

/// The text in `language`, or in French, or in any.
const std::string& in_language(const Translated& translated, Language language);

}  // namespace portal
