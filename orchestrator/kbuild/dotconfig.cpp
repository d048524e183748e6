// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/dotconfig.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace oopsfarm {

/// One line of a .config → symbol and value; nothing for comments.
static std::optional<std::pair<std::string, std::string>>
parse_line(std::string_view line)
{
  constexpr std::string_view set = "CONFIG_";
  constexpr std::string_view unset = "# CONFIG_";
  constexpr std::string_view end = " is not set";
  if (line.substr(0, set.size()) == set) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    return std::pair(std::string(line.substr(set.size(), equals - set.size())),
                     std::string(line.substr(equals + 1)));
  }
  if (line.substr(0, unset.size()) == unset && line.size() > end.size() &&
      line.substr(line.size() - end.size()) == end) {
    line.remove_prefix(unset.size());
    line.remove_suffix(end.size());
    return std::pair(std::string(line), std::string("n"));
  }
  return std::nullopt;
}

std::map<std::string, std::string> parse_dotconfig(std::string_view text)
{
  std::map<std::string, std::string> values;
  for (const auto& line : split_lines(text)) {
    if (auto value = parse_line(line)) {
      values[std::move(value->first)] = std::move(value->second);
    }
  }
  return values;
}

std::string merge_dotconfig(std::string_view text,
                            const std::vector<Wish>& wishes)
{
  std::map<std::string, std::string> wanted;
  for (const auto& wish : wishes) {
    wanted[wish.symbol] = wish.value;
  }
  std::string merged;
  for (const auto& line : split_lines(text)) {
    const auto value = parse_line(line);
    if (!value || !wanted.contains(value->first)) {
      merged += line;
      merged += '\n';
    }
  }
  for (const auto& [symbol, value] : wanted) {
    merged += value == "n" ? fmt::format("# CONFIG_{} is not set\n", symbol)
                           : fmt::format("CONFIG_{}={}\n", symbol, value);
  }
  return merged;
}

std::vector<Wish> unmet_wishes(std::string_view dotconfig,
                               const std::vector<Wish>& wishes)
{
  const auto values = parse_dotconfig(dotconfig);
  std::vector<Wish> unmet;
  for (const auto& wish : wishes) {
    const auto found = values.find(wish.symbol);
    const std::string value = found == values.end() ? "n" : found->second;
    if (wish.need == Need::must && value != wish.value) {
      unmet.push_back(wish);
    }
  }
  return unmet;
}

} // namespace oopsfarm
