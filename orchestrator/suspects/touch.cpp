// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/touch.h"

#include "series/diff.h"

#include <algorithm>
#include <array>
#include <iterator>

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

/// Whether a name is of what locks, counts, frees or orders memory: by the
/// words in it, as the kernel names such things.
static bool is_lifetime(std::string_view name)
{
  static constexpr std::array<std::string_view, 39> words{
      "lock",     "unlock",  "trylock",    "locked", "mutex", "down",
      "up",       "sem",     "free",       "put",    "get",   "ref",
      "refcount", "kref",    "atomic",     "rcu",    "srcu",  "barrier",
      "mb",       "rmb",     "wmb",        "inc",    "dec",   "release",
      "acquire",  "destroy", "dtor",       "ctor",   "drop",  "grab",
      "bit",      "flush",   "invalidate", "once",   "ONCE",  "cmpxchg",
      "xchg",     "mmput",   "mmgrab"};
  while (!name.empty()) {
    const auto end = std::min(name.find('_'), name.size());
    const auto word = name.substr(0, end);
    if (std::find(words.begin(), words.end(), word) != words.end()) {
      return true;
    }
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

static bool is_comment(std::string_view code)
{
  const auto start = code.find_first_not_of(" \t");
  return start != std::string_view::npos &&
         (code[start] == '*' || code.substr(start, 2) == "/*" ||
          code.substr(start, 2) == "//");
}

/// Calls `take` with each name before a parenthesis.
template <typename Take>
static void for_each_call(std::string_view code, Take take)
{
  for (auto open = code.find('('); open != std::string_view::npos;
       open = code.find('(', open + 1)) {
    auto start = open;
    while (start > 0 && is_name(code[start - 1])) {
      --start;
    }
    if (start < open) {
      take(code.substr(start, open - start));
    }
  }
}

namespace {

class DiffReader
{
public:
  void take(std::string_view line)
  {
    if (starts_with(line, "@@ ")) {
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

  /// What was read so far.
  Touch result() const
  {
    Touch touch;
    touch.functions = functions_;
    std::set<std::string> one_sided;
    std::set_symmetric_difference(removed_.begin(),
                                  removed_.end(),
                                  added_.begin(),
                                  added_.end(),
                                  std::inserter(one_sided, one_sided.end()));
    std::set_difference(one_sided.begin(),
                        one_sided.end(),
                        defined_.begin(),
                        defined_.end(),
                        std::inserter(touch.lifetime, touch.lifetime.end()));
    return touch;
  }

private:
  void take_line(char mark, std::string_view code)
  {
    const auto begun = function_begun(code);
    if (!begun.empty()) {
      current_ = begun;
    } else if (!code.empty() && code[0] == '}' && mark == ' ') {
      current_ = {}; // what follows is outside of it
    }
    if (mark != '+' && mark != '-') {
      return;
    }
    if (!current_.empty()) {
      functions_.emplace(current_);
    }
    if (!begun.empty()) {
      defined_.emplace(begun);
    } else if (!is_comment(code)) {
      take_calls(code, mark == '+' ? added_ : removed_);
    }
  }

  static void take_calls(std::string_view code, std::set<std::string>& calls)
  {
    for_each_call(code, [&](std::string_view name) {
      if (is_lifetime(name)) {
        calls.emplace(name);
      }
    });
  }

  std::string_view current_;
  std::set<std::string> functions_;
  std::set<std::string> removed_; ///< is_lifetime() calls in lines with "-"
  std::set<std::string> added_;
  std::set<std::string> defined_; ///< functions that the patch begins or ends
  bool in_hunk_ = false;
};

} // namespace

Touch touch_of(std::string_view diff)
{
  const auto whole = diff;
  DiffReader reader;
  while (!diff.empty()) {
    const auto end = std::min(diff.find('\n'), diff.size());
    reader.take(diff.substr(0, end));
    diff.remove_prefix(std::min(end + 1, diff.size()));
  }
  auto touch = reader.result();
  if (const auto parsed = parse_diff(whole)) {
    for (const auto& name : parsed->names()) {
      touch.files.insert(name);
    }
  }
  return touch;
}

} // namespace oopsfarm
