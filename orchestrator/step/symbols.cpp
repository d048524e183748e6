// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/symbols.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace oopsfarm {

static constexpr std::size_t max_symbols = 1 << 20;
static constexpr std::size_t max_name = 255;

/// No function is longer: what lies further behind a symbol is not its.
static constexpr std::uint64_t max_length = 1 << 20;

/// Takes the first line off `text`.
static std::string_view next_line(std::string_view& text)
{
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

KernelSymbols KernelSymbols::parse(std::string_view system_map)
{
  constexpr std::size_t digits = 16;
  KernelSymbols symbols;
  while (!system_map.empty() && symbols.symbols_.size() < max_symbols) {
    const auto line = next_line(system_map);
    std::uint64_t address = 0;
    const auto [end, error] = std::from_chars(
        line.data(), line.data() + std::min(line.size(), digits), address, 16);
    if (error != std::errc() || end != line.data() + digits ||
        line.size() < digits + 4 || line[digits] != ' ' ||
        std::string_view("tTwW").find(line[digits + 1]) ==
            std::string_view::npos ||
        line[digits + 2] != ' ') {
      continue;
    }
    symbols.symbols_.push_back(
        {address, printable(line.substr(digits + 3), max_name)});
  }
  // Of several names for one address the first one is kept: stable.
  std::stable_sort(
      symbols.symbols_.begin(),
      symbols.symbols_.end(),
      [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  return symbols;
}

const KernelSymbols::Symbol* KernelSymbols::find(std::uint64_t address) const
{
  auto behind = std::upper_bound(
      symbols_.begin(),
      symbols_.end(),
      address,
      [](std::uint64_t wanted, const Symbol& s) { return wanted < s.address; });
  if (behind == symbols_.begin()) {
    return nullptr;
  }
  const auto start = std::prev(behind)->address;
  while (behind != symbols_.begin() && std::prev(behind)->address == start) {
    --behind;
  }
  return address - start < max_length ? &*behind : nullptr;
}

std::string_view KernelSymbols::function(std::uint64_t address) const
{
  const auto* symbol = find(address);
  return symbol == nullptr ? std::string_view() : symbol->name;
}

std::string KernelSymbols::place(std::uint64_t address) const
{
  const auto* symbol = find(address);
  return symbol == nullptr
             ? fmt::format("{:#x}", address)
             : fmt::format("{}+{:#x}", symbol->name, address - symbol->address);
}

} // namespace oopsfarm
