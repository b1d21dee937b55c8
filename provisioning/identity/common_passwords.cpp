#include "identity/common_passwords.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/file.hpp"
#include "identity/typed.hpp"
#include "identity/unicode.hpp"

namespace portal {
namespace {

constexpr std::size_t kLargestFile = 16UL * 1024 * 1024;
constexpr std::size_t kShortestWord = 3;
constexpr std::size_t kExcusingLength = 8;

// Lists of common passwords are mostly English. These are first choices of people in Switzerland:
// words for a password, seasons, months, days, places, keyboards, endearments.
constexpr auto kLocalWords = std::to_array<std::string_view>({
    "passwort",     "kennwort",   "geheim",        "geheimnis",    "willkommen", "hallo",
    "sicher",       "sicherheit", "test",          "start",        "anfang",     "wechsel",
    "aendern",      "ändern",     "motdepasse",    "motdepass",    "secret",     "bienvenue",
    "bonjour",      "salut",      "coucou",        "changer",      "parola",     "segreto",
    "benvenuto",    "ciao",       "buongiorno",    "cambiami",     "frühling",   "fruehling",
    "sommer",       "herbst",     "winter",        "printemps",    "été",        "automne",
    "hiver",        "primavera",  "estate",        "autunno",      "inverno",    "januar",
    "februar",      "märz",       "maerz",         "april",        "juni",       "juli",
    "august",       "september",  "oktober",       "november",     "dezember",   "janvier",
    "février",      "fevrier",    "mars",          "avril",        "juin",       "juillet",
    "août",         "aout",       "septembre",     "octobre",      "novembre",   "décembre",
    "decembre",     "gennaio",    "febbraio",      "marzo",        "aprile",     "maggio",
    "giugno",       "luglio",     "agosto",        "settembre",    "ottobre",    "dicembre",
    "montag",       "dienstag",   "mittwoch",      "donnerstag",   "freitag",    "samstag",
    "sonntag",      "lundi",      "mardi",         "mercredi",     "jeudi",      "vendredi",
    "samedi",       "dimanche",   "lunedì",        "martedì",      "giovedì",    "venerdì",
    "sabato",       "domenica",   "schweiz",       "suisse",       "svizzera",   "switzerland",
    "helvetia",     "zürich",     "zuerich",       "genève",       "geneve",     "lausanne",
    "basel",        "bern",       "berne",         "luzern",       "lugano",     "ticino",
    "tessin",       "valais",     "wallis",        "matterhorn",   "edelweiss",  "qwertz",
    "qwertzu",      "qwertzui",   "qwertzuiop",    "asdfgh",       "asdfghjkl",  "yxcvbn",
    "yxcvbnm",      "azerty",     "azertyuiop",    "schatz",       "schatzi",    "liebling",
    "ichliebedich", "liebe",      "engel",         "mausi",        "chéri",      "chérie",
    "cheri",        "cherie",     "jetaime",       "doudou",       "amour",      "soleil",
    "loulou",       "amore",      "tiamo",         "tesoro",       "juventus",   "stella",
    "rente",        "pension",    "pensionskasse", "retraite",     "rendita",    "vorsorge",
    "prevoyance",   "prévoyance", "previdenza",    "versicherung", "assurance",  "portal",
});

bool is_letter_byte(char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; }
bool is_word_byte(char c) { return is_letter_byte(c) || is_digit(c); }

std::string_view without_tail(std::string_view text, bool (*stays)(char)) {
  while (!text.empty() && !stays(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_ends(std::string_view text, bool (*stays)(char)) {
  while (!text.empty() && !stays(text.front())) text.remove_prefix(1);
  return without_tail(text, stays);
}

/// The letter that a digit or sign is written for; `one` is what '1' and '!' stand for.
char undisguised(char c, char one) {
  switch (c) {
    case '0': return 'o';
    case '1':
    case '!':
    case '|': return one;
    case '3': return 'e';
    case '4':
    case '@': return 'a';
    case '5':
    case '$': return 's';
    case '7':
    case '+': return 't';
    case '8': return 'b';
    case '9': return 'g';
    default: return c;
  }
}

}  // namespace

Result<CommonPasswords> CommonPasswords::load(const std::filesystem::path& file) {
  const Result<std::string> content = read_text_file(file, kLargestFile);
  if (!content) return fail(content.error());
  CommonPasswords list;
  std::string_view rest = *content;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    Result<std::string> word = to_folded(line);
    if (!word) return fail(Errc::malformed, file.string() + ": a line that is not UTF-8");
    list.words_.push_back(std::move(*word));
  }
  list.count_ = list.words_.size();
  if (list.count_ == 0) return fail(Errc::malformed, file.string() + ": no password in it");
  list.words_.insert(list.words_.end(), kLocalWords.begin(), kLocalWords.end());
  std::ranges::sort(list.words_);
  return list;
}

bool CommonPasswords::contains(const Secret& folded) const {
  const std::string_view whole = folded.reveal();
  const std::array<std::string_view, 4> cores = {whole, without_ends(whole, is_word_byte),
                                                 without_tail(whole, is_letter_byte),
                                                 without_ends(whole, is_letter_byte)};
  return std::ranges::any_of(cores, [&](std::string_view core) {
    return core.size() >= kShortestWord && whole.size() - core.size() < kExcusingLength &&
           (lists(core) || lists_in_disguise(core));
  });
}

bool CommonPasswords::lists(std::string_view word) const {
  return std::ranges::binary_search(words_, word, std::less<>());
}

bool CommonPasswords::lists_in_disguise(std::string_view word) const {
  Secret plain = Secret::of_size(word.size());
  for (const char one : {'i', 'l'}) {
    std::ranges::transform(word, plain.writable().begin(),
                           [&](char c) { return static_cast<std::byte>(undisguised(c, one)); });
    if (lists(plain.reveal())) return true;
  }
  return false;
}

}  // namespace portal
