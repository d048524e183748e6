// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/range_diff.h"

#include "base/strings.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace oopsfarm {

static constexpr std::size_t most_diff = 64U << 10;
static constexpr std::string_view diff_indent = "    ";

/// Takes a word off the front, and the blanks before it.
static std::string_view take_word(std::string_view& text)
{
  const auto begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

/// "12:" → 12, "-:" → 0.
static std::optional<unsigned> number_of(std::string_view word)
{
  if (word.size() < 2 || word.back() != ':') {
    return std::nullopt;
  }
  word.remove_suffix(1);
  if (word == "-") {
    return 0U;
  }
  unsigned number = 0;
  const auto read =
      std::from_chars(word.data(), word.data() + word.size(), number);
  return read.ec == std::errc{} && read.ptr == word.data() + word.size() &&
                 number > 0
             ? std::optional(number)
             : std::nullopt;
}

/// "2:  1a2b3c4 ! 3:  5d6e7f8 mm: subject"; nothing for lines of a diff.
static std::optional<PatchPair> parse_pair(std::string_view line)
{
  if (line.starts_with(diff_indent)) { // numbers have three blanks at most
    return std::nullopt;
  }
  PatchPair pair;
  const auto before = number_of(take_word(line));
  take_word(line); // the commit
  const auto sign = take_word(line);
  const auto after = before ? number_of(take_word(line)) : std::nullopt;
  take_word(line);
  if (!after || sign.size() != 1) {
    return std::nullopt;
  }
  switch (sign.front()) {
  case '=':
    pair.fate = PatchFate::same;
    break;
  case '!':
    pair.fate = PatchFate::changed;
    break;
  case '<':
    pair.fate = PatchFate::dropped;
    break;
  case '>':
    pair.fate = PatchFate::added;
    break;
  default:
    return std::nullopt;
  }
  pair.before = *before;
  pair.after = *after;
  pair.subject = printable(trim(line), 200);
  const bool is_whole = (pair.before != 0 || pair.fate == PatchFate::added) &&
                        (pair.after != 0 || pair.fate == PatchFate::dropped);
  return is_whole ? std::optional(std::move(pair)) : std::nullopt;
}

Result<std::vector<PatchPair>> parse_range_diff(std::string_view text)
{
  std::vector<PatchPair> pairs;
  for (const auto& line : split_lines(text)) {
    if (auto pair = parse_pair(line)) {
      pairs.push_back(*std::move(pair));
    } else if (pairs.empty()) {
      return internal_error("git range-diff gave something else: " +
                            printable(line, 100));
    } else if (auto& diff = pairs.back().diff; diff.size() < most_diff) {
      const auto cut = line.starts_with(diff_indent) ? diff_indent.size() : 0;
      diff += printable(std::string_view(line).substr(cut), 400) + "\n";
    }
  }
  return pairs;
}

Result<std::vector<PatchPair>> pair_patches(const Repository& repository,
                                            const std::string& old_base,
                                            const std::string& old_tip,
                                            const std::string& new_base,
                                            const std::string& new_tip)
{
  TRY_ASSIGN(
      const auto text,
      repository.git().output(repository.call({"range-diff",
                                               "--no-color",
                                               "--no-dual-color",
                                               old_base + ".." + old_tip,
                                               new_base + ".." + new_tip})));
  return parse_range_diff(text);
}

std::vector<VersionStep> steps_between(const std::vector<PatchPair>& pairs,
                                       unsigned old_count)
{
  std::vector<unsigned> old_left;
  for (unsigned i = 1; i <= old_count; ++i) {
    old_left.push_back(i);
  }
  std::vector<VersionStep> steps;
  unsigned new_patches = 0;
  for (const auto& pair : pairs) {
    VersionStep step;
    step.pair = pair;
    step.is_move = pair.before != 0 && pair.after != 0 && !old_left.empty() &&
                   old_left.front() != pair.before;
    if (pair.before != 0) {
      std::erase(old_left, pair.before);
    }
    if (pair.after != 0) {
      ++new_patches;
    }
    if (pair.fate == PatchFate::same && !step.is_move) {
      continue;
    }
    step.new_patches = new_patches;
    step.old_patches = old_left;
    steps.push_back(std::move(step));
  }
  // What stays the same behind the last step is as good in either version.
  return steps;
}

std::string describe(const VersionStep& step)
{
  switch (step.pair.fate) {
  case PatchFate::added:
    return "added";
  case PatchFate::dropped:
    return "dropped";
  case PatchFate::changed:
    return step.is_move ? "changed and moved" : "changed";
  case PatchFate::same:
    break;
  }
  return "moved";
}

} // namespace oopsfarm
