// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/map_reader.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace oopsfarm {

MapReader::MapReader(const YamlNode& node, std::string what, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems)
{
  if (node_.kind != YamlNode::Kind::map) {
    problems_.add(node_,
                  fmt::format("{} is a map of keys and values; this is {}",
                              what_,
                              describe(node_)));
  }
}

const YamlNode* MapReader::find(const std::string& key)
{
  known_.push_back(key);
  for (std::size_t i = 0; i < node_.keys.size(); ++i) {
    if (node_.keys[i].text == key) {
      return &node_.items[i];
    }
  }
  return nullptr;
}

const YamlNode* MapReader::need(const std::string& key)
{
  const auto* node = find(key);
  if (node == nullptr && node_.kind == YamlNode::Kind::map) {
    problems_.add(node_, fmt::format("{} needs the key '{}'", what_, key));
  }
  return node;
}

void MapReader::finish()
{
  std::map<std::string, std::size_t> first_line;
  for (const auto& key : node_.keys) {
    const auto [seen, is_new] = first_line.emplace(key.text, key.line);
    if (!is_new) {
      problems_.add(key,
                    fmt::format("key {} is there twice, first on line {}",
                                quote(key.text),
                                seen->second));
    } else if (std::find(known_.begin(), known_.end(), key.text) ==
               known_.end()) {
      problems_.add(key,
                    fmt::format("{} has no key {}; {}",
                                what_,
                                quote(key.text),
                                suggest(key.text, known_)));
    }
  }
}

} // namespace oopsfarm
