// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/problems.h"
#include "jobfile/yaml_tree.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// Takes the keys of one map, one by one; whatever is asked for is a known
/// key. REQUIRES: node and problems outlive it.
class MapReader
{
public:
  /// A node that is no map is a problem, and reads as one without keys; `what`
  /// names it: "a job file".
  MapReader(const YamlNode& node, std::string what, Problems& problems);

  /// The value under `key`, or nullptr when it is absent.
  const YamlNode* find(const std::string& key);

  /// The same, and its absence is a problem.
  const YamlNode* need(const std::string& key);

  /// Reports unknown keys, each with the nearest known one, and keys that
  /// stand there twice. Call it last.
  void finish();

private:
  const YamlNode& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
};

} // namespace oopsfarm
