// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/json_reader.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace oopsfarm {

using Json = nlohmann::json;

/// Where this object is within the text, and what became of it so far. Nested
/// readers point into their parent's value.
struct JsonReader::State
{
  Json owned;
  const Json* value = nullptr;
  std::string where; ///< "target." for keys of the object `target`
  std::set<std::string> taken;
  std::string problem; ///< the first one
  bool may_have_more = false;

  /// The value of `key`, or nullptr after noting that it is missing.
  const Json* take(const char* key)
  {
    if (!problem.empty()) {
      return nullptr;
    }
    taken.insert(key);
    const auto found = value->find(key);
    if (found == value->end()) {
      problem = fmt::format("'{}{}' is missing", where, key);
      return nullptr;
    }
    return &*found;
  }

  /// The first thing that is wrong is kept.
  void fail(const char* key, const std::string& why)
  {
    if (problem.empty()) {
      problem = fmt::format("'{}{}': {}", where, key, why);
    }
  }

  /// A list whose items are all of one kind.
  template <typename T>
  void list(const char* key,
            bool (Json::*is_right)() const noexcept,
            const char* why_not,
            std::vector<T>& items)
  {
    const auto* json = take(key);
    if (json == nullptr) {
      return;
    }
    items.clear();
    if (!json->is_array() ||
        !std::all_of(json->begin(), json->end(), [&](const Json& item) {
          return (item.*is_right)();
        })) {
      fail(key, why_not);
      return;
    }
    for (const auto& item : *json) {
      items.push_back(item.template get<T>());
    }
  }
};

JsonReader::JsonReader(std::unique_ptr<State> state) : state_(std::move(state))
{
}

JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader::~JsonReader() = default;

Result<JsonReader> JsonReader::parse(std::string_view text)
{
  constexpr std::size_t max_size = 16U << 20;
  constexpr int max_depth = 32;
  if (text.size() > max_size) {
    return user_error("JSON text is over 16 MiB");
  }
  bool too_deep = false;
  const auto guard = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > max_depth;
    return !too_deep;
  };
  auto state = std::make_unique<State>();
  state->owned = Json::parse(text, guard, false);
  if (too_deep || !state->owned.is_object()) {
    return user_error(too_deep ? "JSON text is nested too deeply"
                               : "not a JSON object");
  }
  state->value = &state->owned;
  return JsonReader(std::move(state));
}

bool JsonReader::has(const char* key) const
{
  return state_->value->contains(key);
}

bool JsonReader::failed() const
{
  return !state_->problem.empty();
}

void JsonReader::fail(const char* key, const std::string& why)
{
  state_->fail(key, why);
}

void JsonReader::text(const char* key, std::string& value)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  if (!json->is_string()) {
    fail(key, "must be a string");
    return;
  }
  value = json->get<std::string>();
}

void JsonReader::texts(const char* key, std::vector<std::string>& value)
{
  state_->list(key, &Json::is_string, "must be a list of strings", value);
}

void JsonReader::text_map(const char* key,
                          std::map<std::string, std::string>& value)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  value.clear();
  if (!json->is_object()) {
    fail(key, "must be an object of strings");
    return;
  }
  for (const auto& item : json->items()) {
    if (!item.value().is_string()) {
      fail(key, "must be an object of strings");
      return;
    }
    value[item.key()] = item.value().get<std::string>();
  }
}

void JsonReader::flag(const char* key, bool& value)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  if (!json->is_boolean()) {
    fail(key, "must be true or false");
    return;
  }
  value = json->get<bool>();
}

void JsonReader::path(const char* key, std::filesystem::path& value)
{
  std::string word;
  text(key, word);
  if (failed()) {
    return;
  }
  if (word.find('\0') != std::string::npos) {
    fail(key, "must not hold NUL");
    return;
  }
  if (!word.empty() && word.front() != '/') {
    fail(key, "must be an absolute path");
    return;
  }
  value = word;
}

void JsonReader::paths(const char* key,
                       std::vector<std::filesystem::path>& value)
{
  std::vector<std::string> words;
  texts(key, words);
  value.clear();
  for (const auto& word : words) {
    if (word.empty() || word.front() != '/' ||
        word.find('\0') != std::string::npos) {
      fail(key, "must be a list of absolute paths");
      return;
    }
    value.emplace_back(word);
  }
}

void JsonReader::numbers(const char* key, std::vector<std::uint64_t>& value)
{
  state_->list(key,
               &Json::is_number_unsigned,
               "must be a list of unsigned integers",
               value);
}

void JsonReader::seconds(const char* key, std::chrono::seconds& value)
{
  constexpr std::uint64_t ten_days = 864'000;
  value = std::chrono::seconds(
      integer(key, 1, ten_days, static_cast<std::uint64_t>(value.count())));
}

void JsonReader::milliseconds(const char* key, std::chrono::milliseconds& value)
{
  constexpr std::uint64_t a_year = 366ULL * 24 * 3'600'000;
  value = std::chrono::milliseconds(
      integer(key, 0, a_year, static_cast<std::uint64_t>(value.count())));
}

void JsonReader::real(const char* key, double& value, double min, double max)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  if (!json->is_number()) {
    fail(key, "must be a number");
    return;
  }
  const auto found = json->get<double>();
  if (!(found >= min && found <= max)) {
    fail(key, fmt::format("{} is not within {} to {}", found, min, max));
    return;
  }
  value = found;
}

void JsonReader::shares(const char* key, std::vector<double>& value)
{
  state_->list(key, &Json::is_number, "must be a list of numbers", value);
  if (std::any_of(value.begin(), value.end(), [](double share) {
        return !(share >= 0 && share <= 1.001);
      })) {
    fail(key, "must be numbers within 0 to 1");
  }
}

bool JsonReader::has(const char* key)
{
  if (failed()) {
    return false;
  }
  state_->taken.insert(key);
  const auto found = state_->value->find(key);
  return found != state_->value->end() && !found->is_null();
}

void JsonReader::allow_more()
{
  state_->may_have_more = true;
}

void JsonReader::constant(const char* key, std::string_view wanted)
{
  std::string word;
  text(key, word);
  if (!failed() && word != wanted) {
    fail(key, fmt::format("must be \"{}\"", wanted));
  }
}

void JsonReader::version(std::uint64_t wanted)
{
  const auto found = integer("version", 0, UINT64_MAX, wanted);
  if (!failed() && found != wanted) {
    fail("version", fmt::format("{} is not known, only {}", found, wanted));
  }
}

void JsonReader::object(const char* key,
                        const std::function<void(JsonReader&)>& read)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  if (!json->is_object()) {
    fail(key, "must be an object");
    return;
  }
  auto nested = std::make_unique<State>();
  nested->value = json;
  nested->where = state_->where + key + ".";
  JsonReader reader(std::move(nested));
  read(reader);
  if (auto done = reader.finish(); !done) {
    state_->problem = done.error().message;
  }
}

void JsonReader::objects(const char* key,
                         const std::function<void(JsonReader&)>& read)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return;
  }
  if (!json->is_array()) {
    fail(key, "must be a list of objects");
    return;
  }
  for (const auto& item : *json) {
    if (!item.is_object()) {
      fail(key, "must be a list of objects");
      return;
    }
    auto nested = std::make_unique<State>();
    nested->value = &item;
    nested->where = state_->where + key + "[].";
    JsonReader reader(std::move(nested));
    read(reader);
    if (auto done = reader.finish(); !done) {
      state_->problem = done.error().message;
      return;
    }
  }
}

std::uint64_t JsonReader::integer(const char* key,
                                  std::uint64_t min,
                                  std::uint64_t max,
                                  std::uint64_t otherwise)
{
  const auto* json = state_->take(key);
  if (json == nullptr) {
    return otherwise;
  }
  if (!json->is_number_unsigned()) {
    fail(key, "must be an unsigned integer");
    return otherwise;
  }
  const auto value = json->get<std::uint64_t>();
  if (value < min || value > max) {
    fail(key, fmt::format("{} is not within {} to {}", value, min, max));
    return otherwise;
  }
  return value;
}

Status JsonReader::finish()
{
  if (!failed() && !state_->may_have_more) {
    for (const auto& item : state_->value->items()) {
      if (!state_->taken.contains(item.key())) {
        fail(printable(item.key()).c_str(), "is not a known key");
        break;
      }
    }
  }
  if (failed()) {
    return user_error(state_->problem);
  }
  return Ok{};
}

} // namespace oopsfarm
