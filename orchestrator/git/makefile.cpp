// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/makefile.h"

#include "base/strings.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace oopsfarm {

static bool is_number(const std::string& text)
{
  return !text.empty() && text.size() <= 6 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isdigit(c) != 0;
         });
}

std::string KernelVersion::tag() const
{
  std::string name = "v" + version + "." + patchlevel;
  if (!sublevel.empty() && sublevel != "0") {
    name += "." + sublevel;
  }
  return name + extra;
}

std::vector<std::string> KernelVersion::tags() const
{
  std::vector<std::string> names = {tag()};
  // v6.1.176 stands in for v6.1 in job files; v6.2-rc3 is no v6.2.
  const std::string series = "v" + version + "." + patchlevel;
  if (extra.empty() && series != names[0]) {
    names.push_back(series);
  }
  return names;
}

std::optional<KernelVersion> parse_kernel_version(std::string_view makefile)
{
  constexpr std::size_t head = 64 * 1024; // they stand in the first lines
  std::map<std::string, std::string> values;
  for (const auto& line : split_lines(makefile.substr(0, head))) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) {
      values.emplace(trim(line.substr(0, equals)),
                     trim(line.substr(equals + 1)));
    }
  }
  KernelVersion found{values["VERSION"],
                      values["PATCHLEVEL"],
                      values["SUBLEVEL"],
                      values["EXTRAVERSION"]};
  if (!is_number(found.version) || !is_number(found.patchlevel) ||
      !(found.sublevel.empty() || is_number(found.sublevel))) {
    return std::nullopt;
  }
  if (!found.extra.empty() && !is_safe_name("v" + found.extra)) {
    found.extra.clear();
  }
  return found;
}

} // namespace oopsfarm
