// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/problems.h"
#include "jobfile/yaml_tree.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Readers of single values. `key` is what messages call the value. What does
/// not fit is noted in `problems`, and then nothing is returned.

/// Any scalar, as it is written: one line, not empty, at most 4096 bytes.
std::optional<std::string>
read_text(const YamlNode& node, const std::string& key, Problems& problems);

/// A text that is_safe_name() accepts.
std::optional<std::string>
read_name(const YamlNode& node, const std::string& key, Problems& problems);

/// A decimal integer within [min, max], not in quotes.
std::optional<std::uint64_t> read_integer(const YamlNode& node,
                                          const std::string& key,
                                          std::uint64_t min,
                                          std::uint64_t max,
                                          Problems& problems);

/// One of `choices`; gives its index.
std::optional<std::size_t> read_choice(const YamlNode& node,
                                       const std::string& key,
                                       const std::vector<std::string>& choices,
                                       Problems& problems);

/// A size (base/units.h) within [min, max] bytes.
std::optional<std::uint64_t> read_size(const YamlNode& node,
                                       const std::string& key,
                                       std::uint64_t min,
                                       std::uint64_t max,
                                       Problems& problems);

/// A duration (base/units.h) of whole seconds within [min, max].
std::optional<std::chrono::seconds> read_seconds(const YamlNode& node,
                                                 const std::string& key,
                                                 std::chrono::seconds min,
                                                 std::chrono::seconds max,
                                                 Problems& problems);

/// The items of a list with at most 1000 of them; a problem, and nullptr, for
/// any other node. `example` shows what was wanted: "[x86_64]".
const std::vector<YamlNode>* read_list(const YamlNode& node,
                                       const std::string& key,
                                       const std::string& example,
                                       Problems& problems);

} // namespace oopsfarm
