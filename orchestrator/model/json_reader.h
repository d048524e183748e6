// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Reads one JSON object of known keys from untrusted text (nlohmann-json
/// inside). Every call takes one key; the first thing that is wrong is kept
/// and later calls do nothing, so that a caller reads all keys and asks once,
/// with finish(). Keys that nobody took are an error too.
class JsonReader
{
public:
  /// Fails (user) on text that is not one JSON object, is over 16 MiB or
  /// nested deeper than 32.
  static Result<JsonReader> parse(std::string_view text);

  JsonReader(JsonReader&&) noexcept;
  ~JsonReader();

  /// Whether the key is there, for those that need not be; takes nothing.
  bool has(const char* key) const;

  void text(const char* key, std::string& value);
  void texts(const char* key, std::vector<std::string>& value);
  void text_map(const char* key, std::map<std::string, std::string>& value);
  void numbers(const char* key, std::vector<std::uint64_t>& value);
  void flag(const char* key, bool& value);
  void path(const char* key, std::filesystem::path& value);
  void paths(const char* key, std::vector<std::filesystem::path>& value);
  void seconds(const char* key, std::chrono::seconds& value);
  void milliseconds(const char* key, std::chrono::milliseconds& value);
  void real(const char* key, double& value, double min, double max);
  /// Numbers of 0 to 1, with what rounding adds.
  void shares(const char* key, std::vector<double>& value);
  void constant(const char* key, std::string_view wanted);
  void version(std::uint64_t wanted);
  void object(const char* key, const std::function<void(JsonReader&)>& read);
  void objects(const char* key, const std::function<void(JsonReader&)>& read);

  /// Whether the key is there, and not null. One that was asked for is known.
  bool has(const char* key);

  /// Keys that nobody takes are none of ours, and no error: for texts that
  /// outlive the version that wrote them.
  void allow_more();

  /// An unsigned integer within [min, max] and within the variable's type.
  template <typename T>
  void number(const char* key, T& value, std::uint64_t min, std::uint64_t max)
  {
    const auto limit = std::min<std::uint64_t>(
        max, static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
    value = static_cast<T>(integer(key, min, limit, value));
  }

  /// A text that `from` turns into the value.
  template <typename T>
  void parsed(const char* key, T& value, Result<T> (*from)(std::string_view))
  {
    std::string word;
    text(key, word);
    if (failed()) {
      return;
    }
    auto result = from(word);
    if (!result) {
      fail(key, result.error().message);
      return;
    }
    value = *result;
  }

  /// The first thing that was wrong, or an unknown key.
  Status finish();

private:
  struct State;

  explicit JsonReader(std::unique_ptr<State> state);
  bool failed() const;
  void fail(const char* key, const std::string& why);
  std::uint64_t integer(const char* key,
                        std::uint64_t min,
                        std::uint64_t max,
                        std::uint64_t otherwise);

  std::unique_ptr<State> state_;
};

} // namespace oopsfarm
