#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/cmocka.hpp"

namespace portal::test {

/// One start tag of a page.
struct Tag {
  std::string name;
  std::map<std::string, std::string> attributes;

  std::string get(const std::string& attribute) const {
    const auto found = attributes.find(attribute);
    return found == attributes.end() ? "" : found->second;
  }
  bool has(const std::string& attribute) const { return attributes.count(attribute) != 0; }
};

/// A page, read strictly: every element closed where it must be, every attribute in quotes.
class Html {
 public:
  explicit Html(std::string text) : text_(std::move(text)) { read(); }

  const std::string& text() const { return text_; }
  const std::vector<Tag>& tags() const { return tags_; }
  bool contains(std::string_view part) const { return text_.find(part) != std::string::npos; }

  const Tag* with_id(const std::string& id) const {
    const auto found =
        std::ranges::find_if(tags_, [&](const Tag& tag) { return tag.get("id") == id; });
    return found == tags_.end() ? nullptr : &*found;
  }
  /// The value of the first control of that name.
  std::string value_of(const std::string& name) const {
    const auto found =
        std::ranges::find_if(tags_, [&](const Tag& tag) { return tag.get("name") == name; });
    return found == tags_.end() ? "" : found->get("value");
  }

 private:
  static bool is_void(const std::string& name) {
    static const std::set<std::string> names = {"meta", "link", "input", "br", "img"};
    return names.count(name) != 0;
  }

  void read() {
    std::vector<std::string> open;
    std::string_view rest = text_;
    while (true) {
      const auto begin = rest.find('<');
      if (begin == rest.npos) break;
      assert_true(rest.substr(0, begin).find('>') == rest.npos);
      const auto end = rest.find('>', begin);
      if (end == rest.npos) fail_msg("%s", "a tag is not closed");
      const std::string_view inner = rest.substr(begin + 1, end - begin - 1);
      rest.remove_prefix(end + 1);
      if (inner.starts_with('!')) continue;
      if (inner.starts_with('/')) {
        if (open.empty() || open.back() != inner.substr(1)) {
          fail_msg("</%s> closes nothing", std::string(inner.substr(1)).c_str());
        }
        open.pop_back();
        continue;
      }
      tags_.push_back(tag_of(inner));
      if (!inner.ends_with('/') && !is_void(tags_.back().name)) open.push_back(tags_.back().name);
    }
    if (!open.empty()) fail_msg("<%s> is never closed", open.back().c_str());
  }

  static Tag tag_of(std::string_view inner) {
    if (inner.ends_with('/')) inner.remove_suffix(1);
    Tag tag;
    const auto name_end = std::min(inner.find_first_of(" \n"), inner.size());
    tag.name = inner.substr(0, name_end);
    inner.remove_prefix(name_end);
    while (true) {
      const auto start = inner.find_first_not_of(" \n");
      if (start == inner.npos) return tag;
      inner.remove_prefix(start);
      const auto stop = std::min(inner.find_first_of("= \n"), inner.size());
      const std::string name(inner.substr(0, stop));
      inner.remove_prefix(stop);
      std::string value;
      if (inner.starts_with('=')) {
        if (!inner.starts_with("=\"")) fail_msg("attribute %s is not quoted", name.c_str());
        const auto quote = inner.find('"', 2);
        value = inner.substr(2, quote - 2);
        inner.remove_prefix(quote + 1);
      }
      if (!tag.attributes.emplace(name, value).second) fail_msg("%s comes twice", name.c_str());
    }
  }

  std::string text_;
  std::vector<Tag> tags_;
};

inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const auto start = text.find_first_not_of(' ');
    if (start == text.npos) return words;
    const auto end = std::min(text.find(' ', start), text.size());
    words.emplace_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
}

/// What must hold for every page: labels, ids, nothing inline, one heading, errors tied to their
/// fields (requirements W5, W6).
inline void assert_sound(const Html& page, std::string_view language) {
  std::set<std::string> ids;
  std::set<std::string> labelled;
  int headings = 0;
  for (const Tag& tag : page.tags()) {
    if (tag.has("id") && !ids.insert(tag.get("id")).second) {
      fail_msg("id %s comes twice", tag.get("id").c_str());
    }
    if (tag.name == "label") labelled.insert(tag.get("for"));
    if (tag.name == "html") assert_text(tag.get("lang"), language);
    if (tag.name == "h1") ++headings;
    assert_true(tag.name != "style" && !tag.has("style"));
    if (tag.name == "script") assert_true(tag.get("src").starts_with("/assets/portal."));
    for (const auto& [name, value] : tag.attributes) assert_false(name.starts_with("on"));
  }
  assert_int_equal(headings, 1);
  for (const Tag& tag : page.tags()) {
    if (tag.name == "form") {
      assert_text(tag.get("method"), "post");
      assert_true(tag.get("action").starts_with('/'));
    }
    for (const std::string& id : words_of(tag.get("aria-describedby"))) {
      if (ids.count(id) == 0) fail_msg("%s describes nothing", id.c_str());
    }
    if (tag.name == "a" && tag.get("href").starts_with('#') &&
        ids.count(tag.get("href").substr(1)) == 0) {
      fail_msg("%s leads nowhere", tag.get("href").c_str());
    }
    if (tag.name != "input" || tag.get("type") == "hidden") continue;
    if (labelled.count(tag.get("id")) == 0) fail_msg("%s has no label", tag.get("id").c_str());
    if (tag.has("aria-invalid")) {
      const auto described = words_of(tag.get("aria-describedby"));
      assert_true(std::ranges::find(described, tag.get("name") + "-error") != described.end());
    }
    if (tag.get("type") == "password") assert_text(tag.get("value"), "");
  }
  assert_false(page.contains("{{"));
  assert_false(page.contains("[["));
}

}  // namespace portal::test
