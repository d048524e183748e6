// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A YAML document as plain values that remember where they stood, since
/// messages name line and column. Owns everything in it.
struct YamlNode
{
  enum class Kind { null, scalar, sequence, map };

  Kind kind = Kind::null;
  bool quoted = false;  ///< a scalar in quotes or a block: text, not a number
  std::string text;     ///< of a scalar
  std::size_t line = 1; ///< 1-based, as is the column
  std::size_t column = 1;
  std::vector<YamlNode> keys;  ///< of a map: scalars, doubled ones too
  std::vector<YamlNode> items; ///< of a sequence, or a map's values
};

/// How large and how deeply nested a document may be.
constexpr std::size_t max_yaml_bytes = 1U << 20;
constexpr std::size_t max_yaml_depth = 32;

/// Reads the one document in `text`, which is untrusted; `file` is its name in
/// messages. Fails (user), with `file:line:column:`, on text that is not YAML
/// or not UTF-8, has several documents, is too large or too deeply nested, or
/// uses anchors, aliases or tags, which our files never need. A file without
/// any document gives a null node.
Result<YamlNode> parse_yaml(std::string_view text, const std::string& file);

/// "a list", "a map", "empty" or "a text": what messages call a node.
const char* describe(const YamlNode& node);

} // namespace oopsfarm
