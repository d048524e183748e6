// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/name_table.h"

#include <algorithm>

namespace oopsfarm {

void NameTable::add(std::string_view words)
{
  while (true) {
    const auto start = words.find_first_not_of(' ');
    if (start == std::string_view::npos) {
      return;
    }
    words.remove_prefix(start);
    auto word = words.substr(0, words.find(' '));
    words.remove_prefix(word.size());
    const bool open_start = word.front() == '*';
    word.remove_prefix(open_start ? 1 : 0);
    const bool open_end = !word.empty() && word.back() == '*';
    word.remove_suffix(open_end ? 1 : 0);
    if (open_start) {
      (open_end ? parts_ : ends_).push_back(word);
    } else {
      (open_end ? starts_ : whole_)[bucket(word)].push_back(word);
    }
  }
}

static bool starts_with(std::string_view name, std::string_view start)
{
  return name.substr(0, start.size()) == start;
}

static bool ends_with(std::string_view name, std::string_view end)
{
  return name.size() >= end.size() &&
         name.substr(name.size() - end.size()) == end;
}

bool NameTable::holds(std::string_view name) const
{
  const auto any = [&](const Names& names, auto matches) {
    return std::any_of(
        names.begin(), names.end(), [&](std::string_view pattern) {
          return matches(name, pattern);
        });
  };
  const auto equal = [](std::string_view a, std::string_view b) {
    return a == b;
  };
  const auto contains = [](std::string_view a, std::string_view b) {
    return a.find(b) != std::string_view::npos;
  };
  return any(whole_[bucket(name)], equal) ||
         any(starts_[bucket(name)], starts_with) || any(ends_, ends_with) ||
         any(parts_, contains);
}

} // namespace oopsfarm
