// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/failure.h"

#include "base/strings.h"
#include "series/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oopsfarm {

/// "CONFLICT (content): Merge conflict in FILE" → FILE.
static std::string conflict_file(const std::string& out)
{
  constexpr std::string_view mark = "Merge conflict in ";
  for (const auto& line : split_lines(out)) {
    const auto at = line.find(mark);
    if (line.starts_with("CONFLICT") && at != std::string::npos) {
      return line.substr(at + mark.size());
    }
  }
  return {};
}

/// "error: patch failed: FILE:LINE". True when `line` is one.
static bool read_failed_hunk(std::string_view line, ApplyFailure& failure)
{
  constexpr std::string_view mark = "error: patch failed: ";
  const auto colon = line.rfind(':');
  if (!line.starts_with(mark) || colon < mark.size()) {
    return false;
  }
  const auto number = line.substr(colon + 1);
  failure.file = line.substr(mark.size(), colon - mark.size());
  std::from_chars(number.data(), number.data() + number.size(), failure.line);
  return true;
}

/// "error: FILE: does not exist in index" and the like, for a file of the
/// patch.
static bool read_failed_file(std::string_view line,
                             const Patch& patch,
                             ApplyFailure& failure)
{
  constexpr std::string_view mark = "error: ";
  for (const auto& file : patch.files) {
    if (line.starts_with(mark) &&
        line.substr(mark.size()).starts_with(file + ": ")) {
      failure.file = file;
      return true;
    }
  }
  return false;
}

/// Which hunk of its file starts at failure.line.
static unsigned hunk_number(const Patch& patch, const ApplyFailure& failure)
{
  const auto diff = parse_diff(patch.mail);
  if (!diff || failure.line == 0) {
    return 0;
  }
  for (const auto& file : diff->files) {
    const auto& names = file.names;
    const auto at =
        std::find(file.hunks.begin(), file.hunks.end(), failure.line);
    if (std::find(names.begin(), names.end(), failure.file) != names.end() &&
        at != file.hunks.end()) {
      return static_cast<unsigned>(at - file.hunks.begin()) + 1;
    }
  }
  return 0;
}

static std::string words_of(const Finished& am, const Finished& check)
{
  std::vector<std::string> words;
  if (!check.ok()) {
    words.push_back(git_words(check));
  }
  for (const auto& line : split_lines(am.out)) {
    if (line.starts_with("CONFLICT")) {
      words.push_back(printable(line));
    }
  }
  return words.empty() ? git_words(am) : join(words, "\n");
}

ApplyFailure
read_failure(const Patch& patch, const Finished& am, const Finished& check)
{
  ApplyFailure failure;
  failure.number = patch.number;
  failure.subject = patch.subject;
  failure.words = words_of(am, check);
  // A file whose hunks do not fit may yet have merged: the conflict counts.
  const auto conflict = conflict_file(am.out);
  ApplyFailure seen;
  for (const auto& line : split_lines(check.err)) {
    seen.line = 0;
    const bool names_file =
        read_failed_hunk(line, seen) || read_failed_file(line, patch, seen);
    const bool wanted = conflict.empty() || seen.file == conflict;
    if (names_file && wanted && failure.file.empty()) {
      failure.file = seen.file;
      failure.line = seen.line;
    }
  }
  if (failure.file.empty()) {
    failure.file = conflict;
  }
  failure.file = printable(failure.file, 200);
  failure.hunk = hunk_number(patch, failure);
  return failure;
}

std::string describe(const ApplyFailure& failure, std::size_t patches)
{
  std::string where = failure.file;
  if (failure.hunk > 0) {
    where += fmt::format(", hunk {} (line {})", failure.hunk, failure.line);
  }
  return fmt::format("patch {}/{} '{}' does not apply{}{}",
                     failure.number,
                     patches,
                     printable(failure.subject, 120),
                     where.empty() ? "" : ": ",
                     where);
}

} // namespace oopsfarm
