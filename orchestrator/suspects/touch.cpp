// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/touch.h"

#include <algorithm>

namespace oopsfarm {

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

static bool is_name(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '_';
}

/// The function that a line of C at the left margin begins: the name before
/// the first parenthesis. "" for other lines: in a body, macros, labels.
static std::string_view function_begun(std::string_view line)
{
  const auto open = line.find('(');
  const bool at_margin = !line.empty() && is_name(line[0]);
  if (!at_margin || open == std::string_view::npos || open == 0 ||
      line.back() == ';') {
    return {};
  }
  auto end = open;
  while (end > 0 && line[end - 1] == ' ') {
    --end;
  }
  auto start = end;
  while (start > 0 && is_name(line[start - 1])) {
    --start;
  }
  const auto name = line.substr(start, end - start);
  // "static int __init f(void)" has its type before it; a macro that makes a
  // function, such as SYSCALL_DEFINE2(mlock, …), has the name within.
  if (starts_with(name, "SYSCALL_DEFINE")) {
    const auto inner = line.substr(open + 1);
    return inner.substr(0, inner.find_first_of(",)"));
  }
  return name;
}

namespace {

class DiffReader
{
public:
  void take(std::string_view line)
  {
    if (starts_with(line, "+++ ") || starts_with(line, "--- ")) {
      take_file(line.substr(4));
    } else if (starts_with(line, "@@ ")) {
      const auto end = line.find(" @@", 3);
      current_ =
          end == std::string_view::npos
              ? std::string_view{}
              : function_begun(line.substr(std::min(end + 4, line.size())));
      in_hunk_ = true;
    } else if (starts_with(line, "diff ")) {
      in_hunk_ = false;
    } else if (in_hunk_ && !line.empty()) {
      take_line(line[0], line.substr(1));
    }
  }

  Touch touch;

private:
  void take_file(std::string_view name)
  {
    // "--- a/x" of a hunk's own lines never comes: it would be "---- a/x".
    if (in_hunk_ || (!starts_with(name, "a/") && !starts_with(name, "b/"))) {
      return;
    }
    name = name.substr(2);
    touch.files.emplace(name.substr(0, name.find('\t')));
  }

  void take_line(char mark, std::string_view code)
  {
    const auto begun = function_begun(code);
    if (!begun.empty()) {
      current_ = begun;
    } else if (!code.empty() && code[0] == '}' && mark == ' ') {
      current_ = {}; // what follows is outside of it
    }
    if ((mark == '+' || mark == '-') && !current_.empty()) {
      touch.functions.emplace(current_);
    }
  }

  std::string_view current_;
  bool in_hunk_ = false;
};

} // namespace

Touch touch_of(std::string_view diff)
{
  DiffReader reader;
  while (!diff.empty()) {
    const auto end = std::min(diff.find('\n'), diff.size());
    reader.take(diff.substr(0, end));
    diff.remove_prefix(std::min(end + 1, diff.size()));
  }
  return std::move(reader.touch);
}

} // namespace oopsfarm
