// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/head_finder.h"
#include "triage/name_table.h"
#include "triage/rules.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A rule that a report's text matched, with what its groups caught.
struct RuleMatch
{
  const Rule* rule = nullptr;
  std::vector<std::string_view> groups; ///< [0] is {1}
  std::string_view function;            ///< of the group F, or ""
  const NameTable* skip = nullptr;      ///< the rule's own helpers
};

/// all_heads() made ready: anchors found fast, expressions compiled (RE2
/// inside). Immutable; any thread.
class RuleSet
{
public:
  /// The one set there is, compiled at the first call.
  static const RuleSet& get();

  ~RuleSet();

  /// What a line holds, rules not yet considered.
  void scan(std::string_view text, LineScan& scan) const
  {
    finder_.find(text, scan);
  }

  /// The head that `text` is of, by what scan() found on it, or nullptr; its
  /// anchor begins at `at`.
  const Head*
  head_of(std::string_view text, const LineScan& scan, std::size_t& at) const;

  /// The first rule of `head` that the report matches. The views are into
  /// `line` and `body`. `at` is where the anchor begins on the line.
  RuleMatch match(const Head& head,
                  std::string_view line,
                  std::size_t at,
                  std::string_view body) const;

private:
  RuleSet();

  struct Compiled;

  bool
  head_matches(std::size_t index, std::string_view line, std::size_t at) const;

  HeadFinder finder_;
  std::vector<std::unique_ptr<Compiled>> compiled_; ///< as all_heads()
};

} // namespace oopsfarm
