// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rule_set.h"

#include <re2/re2.h>

#include <algorithm>

namespace oopsfarm {

/// One rule's expressions.
struct CompiledRule
{
  explicit CompiledRule(const Rule& rule)
      : head(rule.head), body(rule.body == nullptr ? "" : rule.body),
        skip(rule.skip)
  {
    function = group_of(head, 0);
    if (function == 0) {
      function = group_of(body, head.NumberOfCapturingGroups());
    }
  }

  static int group_of(const RE2& expression, int before)
  {
    const auto& names = expression.NamedCapturingGroups();
    const auto found = names.find("F");
    return found == names.end() ? 0 : found->second + before;
  }

  RE2 head;
  RE2 body;
  NameTable skip;
  int function = 0; ///< number of the group F, 0 when there is none
};

struct RuleSet::Compiled
{
  explicit Compiled(const Head& head)
      : not_with(head.not_with == nullptr ? "" : head.not_with)
  {
    for (const auto& rule : head.rules) {
      rules.push_back(std::make_unique<CompiledRule>(rule));
    }
  }

  RE2 not_with;
  std::vector<std::unique_ptr<CompiledRule>> rules;
};

static re2::StringPiece piece(std::string_view text)
{
  return {text.data(), text.size()};
}

static constexpr int max_groups = 8;

/// Matches and appends the groups caught; the expression's start is bound to
/// the text's for heads that have an anchor.
static bool catch_groups(const RE2& expression,
                         std::string_view text,
                         RE2::Anchor anchor,
                         std::vector<std::string_view>& groups)
{
  re2::StringPiece pieces[max_groups];
  const int count =
      std::min(expression.NumberOfCapturingGroups() + 1, max_groups);
  if (!expression.Match(piece(text), 0, text.size(), anchor, pieces, count)) {
    return false;
  }
  for (int index = 1; index < count; ++index) {
    groups.emplace_back(
        pieces[index].data() == nullptr
            ? std::string_view{}
            : std::string_view(pieces[index].data(), pieces[index].size()));
  }
  return true;
}

RuleSet::RuleSet() : finder_(all_heads())
{
  for (const auto& head : all_heads()) {
    compiled_.push_back(std::make_unique<Compiled>(head));
  }
}

RuleSet::~RuleSet() = default;

const RuleSet& RuleSet::get()
{
  static const RuleSet set;
  return set;
}

static std::string_view
matched_text(const Head& head, std::string_view line, std::size_t at)
{
  return head.match == Match::whole_line ? line : line.substr(at);
}

static RE2::Anchor anchor_of(const Head& head)
{
  return head.match == Match::whole_line ? RE2::UNANCHORED : RE2::ANCHOR_START;
}

bool RuleSet::head_matches(std::size_t index,
                           std::string_view line,
                           std::size_t at) const
{
  const auto& head = all_heads()[index];
  const auto& compiled = *compiled_[index];
  if (head.not_with != nullptr &&
      RE2::PartialMatch(piece(line), compiled.not_with)) {
    return false;
  }
  const auto text = matched_text(head, line, at);
  // The last rule is the one that takes most.
  return std::any_of(
      compiled.rules.rbegin(), compiled.rules.rend(), [&](const auto& rule) {
        return rule->head.Match(
            piece(text), 0, text.size(), anchor_of(head), nullptr, 0);
      });
}

const Head* RuleSet::head_of(std::string_view text,
                             const LineScan& scan,
                             std::size_t& at) const
{
  for (const auto& match : scan.heads) {
    if (head_matches(match.head, text, match.at)) {
      at = match.at;
      return &all_heads()[match.head];
    }
  }
  return nullptr;
}

RuleMatch RuleSet::match(const Head& head,
                         std::string_view line,
                         std::size_t at,
                         std::string_view body) const
{
  const auto index = static_cast<std::size_t>(&head - all_heads().data());
  const auto& compiled = *compiled_[index];
  const auto text = matched_text(head, line, at);
  for (std::size_t number = 0; number < head.rules.size(); ++number) {
    RuleMatch match;
    match.rule = &head.rules[number];
    const auto& rule = *compiled.rules[number];
    if (!catch_groups(rule.head, text, anchor_of(head), match.groups) ||
        (match.rule->body != nullptr &&
         !catch_groups(rule.body, body, RE2::UNANCHORED, match.groups))) {
      continue;
    }
    match.skip = &rule.skip;
    if (rule.function > 0) {
      match.function =
          match.groups[static_cast<std::size_t>(rule.function) - 1];
    }
    return match;
  }
  return {};
}

} // namespace oopsfarm
