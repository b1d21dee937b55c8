// The only place of this room that sees nlohmann/json.hpp: it takes seconds to compile.
#include "api/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/rfc3339.hpp"

namespace portal::api {
namespace {

using nlohmann::json;

constexpr int kDeepest = 8;

/// What the library's parser lets pass and we do not: depth, and a name that comes twice (it would
/// silently take the last).
class Strictness {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      if (depth >= kDeepest) note("is nested too deep");
      names_.resize(level + 1);
      names_[level].clear();
      return depth < kDeepest;
    }
    if (event == json::parse_event_t::key && level > 0 && level <= names_.size()) {
      const bool is_new = names_[level - 1].insert(parsed.get_ref<const std::string&>()).second;
      if (!is_new) note("has a name twice");
    }
    return true;
  }
  const std::string& complaint() const { return complaint_; }

 private:
  void note(const char* complaint) {
    if (complaint_.empty()) complaint_ = complaint;
  }
  std::vector<std::set<std::string>> names_;
  std::string complaint_;
};

void wipe_texts(json& value) {
  if (auto* text = value.get_ptr<std::string*>()) wipe(*text);
  if (value.is_structured()) std::for_each(value.begin(), value.end(), wipe_texts);
}

std::string escaped_for_pointer(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string quoted(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::optional<JsonDocument> JsonDocument::parse(const Secret& body, Faults& faults) {
  if (body.empty()) return JsonDocument(std::make_unique<json>(json::object()));
  Strictness strictness;
  auto root = std::make_unique<json>();
  try {
    *root = json::parse(body.reveal(), std::ref(strictness));
  } catch (const json::exception& failure) {
    // The library's sentence repeats the text, which may be a code: only the place is told.
    const auto* syntax = dynamic_cast<const json::parse_error*>(&failure);
    faults.push_back({"", syntax ? "is not JSON at byte " + std::to_string(syntax->byte)
                                 : std::string("is not JSON")});
    return std::nullopt;
  }
  JsonDocument document(std::move(root));
  if (!strictness.complaint().empty()) {
    faults.push_back({"", strictness.complaint()});
    return std::nullopt;
  }
  if (!document.root_->is_object()) {
    faults.push_back({"", "must be a JSON object"});
    return std::nullopt;
  }
  return document;
}

JsonDocument::JsonDocument(std::unique_ptr<json> root) : root_(std::move(root)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() {
  if (root_) wipe_texts(*root_);
}

JsonReader JsonDocument::reader(Faults& faults) const { return {*root_, "", faults}; }

JsonReader::JsonReader(const json& object, std::string pointer, Faults& faults)
    : object_(object), pointer_(std::move(pointer)), faults_(faults) {}

std::string JsonReader::pointer_of(std::string_view name) const {
  return pointer_ + '/' + escaped_for_pointer(name);
}

void JsonReader::fault(std::string_view name, std::string detail) {
  faults_.push_back({pointer_of(name), std::move(detail), line_});
}

const json* JsonReader::find(std::string_view name) {
  asked_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::optional<std::string_view> JsonReader::text_of(const json& member, std::string_view name,
                                                    std::size_t longest) {
  const auto* text = member.get_ptr<const std::string*>();
  if (text != nullptr && text->size() <= longest) return *text;
  fault(name, text == nullptr ? std::string("must be a string")
                              : "is longer than " + std::to_string(longest) + " bytes");
  return std::nullopt;
}

std::optional<std::string_view> JsonReader::text(std::string_view name, std::size_t longest) {
  const json* member = find(name);
  if (member != nullptr) return text_of(*member, name, longest);
  fault(name, "is missing");
  return std::nullopt;
}

std::optional<std::string_view> JsonReader::optional_text(std::string_view name,
                                                          std::size_t longest) {
  const json* member = find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  return text_of(*member, name, longest);
}

std::optional<std::int64_t> JsonReader::integer(std::string_view name, std::int64_t least,
                                                std::int64_t most) {
  const json* member = find(name);
  if (member == nullptr) {
    fault(name, "is missing");
    return std::nullopt;
  }
  // A number beyond 2^63 is an unsigned one that is too large.
  const bool is_integer = member->is_number_integer();
  const bool too_large = member->is_number_unsigned() &&
                         member->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (is_integer && !too_large) {
    const auto value = member->get<std::int64_t>();
    if (value >= least && value <= most) return value;
  }
  fault(name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void JsonReader::each(std::string_view name, std::size_t most,
                      FunctionRef<void(JsonReader&)> read) {
  const json* member = find(name);
  if (member == nullptr || !member->is_array() || member->empty() || member->size() > most) {
    fault(name, "must be an array of 1 to " + std::to_string(most) + " objects");
    return;
  }
  for (std::size_t i = 0; i < member->size(); ++i) {
    const std::string pointer = pointer_of(name) + '/' + std::to_string(i);
    const json& element = (*member)[i];
    if (!element.is_object()) {
      faults_.push_back({pointer, "must be an object"});
      continue;
    }
    JsonReader reader(element, pointer, faults_);
    read(reader);
    reader.refuse_the_rest();
  }
}

void JsonReader::refuse_the_rest() {
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(asked_, name) == asked_.end()) fault(name, "is not a known field");
  }
}

void JsonObject::add(std::string_view name, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  members_ += quoted(name);
  members_ += ':';
  members_ += value;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  add(name, quoted(value));
  return *this;
}

JsonObject& JsonObject::text_or_null(std::string_view name, std::string_view value) {
  return value.empty() ? null(name) : text(name, value);
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  add(name, std::to_string(value));
  return *this;
}

JsonObject& JsonObject::time(std::string_view name, UtcTime value) {
  return text(name, to_rfc3339(value));
}

JsonObject& JsonObject::time(std::string_view name, const std::optional<UtcTime>& value) {
  return value ? time(name, *value) : null(name);
}

JsonObject& JsonObject::null(std::string_view name) {
  add(name, "null");
  return *this;
}

JsonObject& JsonObject::object(std::string_view name, const JsonObject& value) {
  add(name, value.str());
  return *this;
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  std::string joined = "[";
  for (const std::string& value : values) {
    if (joined.size() > 1) joined += ',';
    joined += quoted(std::string_view(value));
  }
  add(name, joined + ']');
  return *this;
}

JsonObject& JsonObject::list(std::string_view name, const std::vector<JsonObject>& values) {
  std::string joined = "[";
  for (const JsonObject& value : values) {
    if (joined.size() > 1) joined += ',';
    joined += value.str();
  }
  add(name, joined + ']');
  return *this;
}

}  // namespace portal::api
