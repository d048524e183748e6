// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "jobfile/yaml_tree.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// Collects all that is wrong with one file, so that a user mends it in one
/// go. Use from one thread.
class Problems
{
public:
  /// `file` is what messages call the file.
  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// Notes a problem at a node. What the message quotes from the file must
  /// have gone through quote().
  void add(const YamlNode& at, std::string message);

  bool empty() const { return found_.empty(); }

  /// Ok, or one error (user) with a line `file:line:column: message` for each
  /// problem in the file's order; after 20 of them a count of the rest.
  Status status() const;

private:
  struct Problem
  {
    std::size_t line;
    std::size_t column;
    std::string message;
  };

  std::string file_;
  std::vector<Problem> found_;
};

/// Untrusted text between single quotes, made printable and cut short.
std::string quote(const std::string& text);

} // namespace oopsfarm
