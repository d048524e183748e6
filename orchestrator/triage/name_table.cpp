// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/name_table.h"

#include <algorithm>
#include <numeric>

namespace oopsfarm {

static std::size_t first_byte(std::string_view name)
{
  return static_cast<unsigned char>(name.front());
}

void NameTable::Sorted::sort()
{
  std::sort(names.begin(), names.end());
  from.fill(0);
  for (const auto name : names) {
    ++from[first_byte(name) + 1];
  }
  std::partial_sum(from.begin(), from.end(), from.begin());
}

void NameTable::add(std::string_view words)
{
  while (true) {
    const auto start = words.find_first_not_of(' ');
    if (start == std::string_view::npos) {
      break;
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
      (open_end ? starts_ : whole_).names.push_back(word);
    }
  }
  whole_.sort();
  starts_.sort();
}

template <typename Matches>
bool NameTable::Sorted::any(std::string_view name, Matches matches) const
{
  const auto byte = first_byte(name);
  for (std::size_t at = from[byte]; at < from[byte + 1]; ++at) {
    if (matches(name, names[at])) {
      return true;
    }
  }
  return false;
}

static bool starts_with(std::string_view name, std::string_view start)
{
  return name.size() >= start.size() &&
         std::equal(start.begin(), start.end(), name.begin());
}

static bool ends_with(std::string_view name, std::string_view end)
{
  return name.size() >= end.size() &&
         name.substr(name.size() - end.size()) == end;
}

bool NameTable::holds(std::string_view name) const
{
  if (name.empty()) {
    return false;
  }
  const auto equal = [](std::string_view a, std::string_view b) {
    return a == b;
  };
  return whole_.any(name, equal) || starts_.any(name, starts_with) ||
         std::any_of(
             ends_.begin(),
             ends_.end(),
             [&](std::string_view end) { return ends_with(name, end); }) ||
         std::any_of(parts_.begin(), parts_.end(), [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

} // namespace oopsfarm
