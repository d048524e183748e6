// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/values.h"

#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oopsfarm {

static constexpr std::size_t max_text = 4096;
static constexpr std::size_t max_items = 1000;

/// Notes that `node` is not what `key` wants, quoting what it is.
static void wrong_type(const YamlNode& node,
                       const std::string& key,
                       const std::string& wanted,
                       Problems& problems)
{
  std::string is = describe(node);
  if (node.kind == YamlNode::Kind::scalar) {
    is = quote(node.text) + (node.quoted ? " in quotes" : "");
  }
  problems.add(node, fmt::format("'{}' wants {}, not {}", key, wanted, is));
}

std::optional<std::string>
read_text(const YamlNode& node, const std::string& key, Problems& problems)
{
  if (node.kind != YamlNode::Kind::scalar || node.text.empty()) {
    if (node.kind == YamlNode::Kind::scalar) {
      problems.add(node, fmt::format("'{}' is empty", key));
    } else {
      wrong_type(node, key, "a text", problems);
    }
    return std::nullopt;
  }
  if (node.text.size() > max_text ||
      node.text.find_first_of("\n\r\t") != std::string::npos ||
      printable(node.text, node.text.size()) != node.text) {
    problems.add(node,
                 fmt::format("'{}' wants one line of at most {} bytes without "
                             "control characters",
                             key,
                             max_text));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string>
read_name(const YamlNode& node, const std::string& key, Problems& problems)
{
  auto name = read_text(node, key, problems);
  if (name && !is_safe_name(*name)) {
    problems.add(node,
                 fmt::format("'{}' wants a name of letters, digits and ._+- "
                             "(at most 64, a letter or digit first), not {}",
                             key,
                             quote(*name)));
    return std::nullopt;
  }
  return name;
}

std::optional<std::uint64_t> read_integer(const YamlNode& node,
                                          const std::string& key,
                                          std::uint64_t min,
                                          std::uint64_t max,
                                          Problems& problems)
{
  const auto wanted = fmt::format("an integer from {} to {}", min, max);
  std::uint64_t value = 0;
  const auto* end = node.text.data() + node.text.size();
  const auto parsed = std::from_chars(node.text.data(), end, value);
  if (node.kind != YamlNode::Kind::scalar || node.quoted ||
      parsed.ec != std::errc{} || parsed.ptr != end || value < min ||
      value > max) {
    wrong_type(node, key, wanted, problems);
    return std::nullopt;
  }
  return value;
}

std::optional<std::size_t> read_choice(const YamlNode& node,
                                       const std::string& key,
                                       const std::vector<std::string>& choices,
                                       Problems& problems)
{
  if (node.kind != YamlNode::Kind::scalar) {
    wrong_type(node, key, "one of " + join(choices, ", "), problems);
    return std::nullopt;
  }
  const auto found = std::find(choices.begin(), choices.end(), node.text);
  if (found == choices.end()) {
    wrong_type(node,
               key,
               choices.size() == 1 ? choices.front()
                                   : "one of " + join(choices, ", "),
               problems);
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - choices.begin());
}

std::optional<std::uint64_t> read_size(const YamlNode& node,
                                       const std::string& key,
                                       std::uint64_t min,
                                       std::uint64_t max,
                                       Problems& problems)
{
  const auto wanted =
      fmt::format("a size from {} to {}", format_size(min), format_size(max));
  if (node.kind == YamlNode::Kind::scalar) {
    const auto value = parse_size(node.text);
    if (value && *value >= min && *value <= max) {
      return *value;
    }
  }
  wrong_type(node, key, wanted, problems);
  return std::nullopt;
}

std::optional<std::chrono::seconds> read_seconds(const YamlNode& node,
                                                 const std::string& key,
                                                 std::chrono::seconds min,
                                                 std::chrono::seconds max,
                                                 Problems& problems)
{
  const auto wanted = fmt::format("a duration from {} to {} (whole seconds)",
                                  format_duration(min),
                                  format_duration(max));
  if (node.kind == YamlNode::Kind::scalar) {
    const auto value = parse_duration(node.text);
    if (value && *value % std::chrono::seconds(1) == std::chrono::seconds(0) &&
        *value >= min && *value <= max) {
      return std::chrono::duration_cast<std::chrono::seconds>(*value);
    }
  }
  wrong_type(node, key, wanted, problems);
  return std::nullopt;
}

const std::vector<YamlNode>* read_list(const YamlNode& node,
                                       const std::string& key,
                                       const std::string& example,
                                       Problems& problems)
{
  if (node.kind != YamlNode::Kind::sequence) {
    wrong_type(node, key, "a list such as " + example, problems);
    return nullptr;
  }
  if (node.items.size() > max_items) {
    problems.add(node,
                 fmt::format("'{}' has {} items; {} is the most",
                             key,
                             node.items.size(),
                             max_items));
    return nullptr;
  }
  return &node.items;
}

} // namespace oopsfarm
