// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace oopsfarm {

static constexpr std::size_t max_shown_cpus = 8;
static constexpr std::size_t max_shown_frames = 4;
static constexpr std::size_t max_places = 3; ///< of a CPU

/// A return address stands behind the call, which may be a function's last
/// instruction.
static std::uint64_t call_of(std::uint64_t caller)
{
  return caller - 1;
}

/// The functions from the innermost one on; "" for those that are not known.
static std::vector<std::string_view> functions_of(const VcpuTrace& trace,
                                                  const KernelSymbols& symbols)
{
  std::vector<std::string_view> functions = {symbols.function(trace.pc)};
  for (const auto caller : trace.callers) {
    functions.push_back(symbols.function(call_of(caller)));
  }
  return functions;
}

/// The idle loop is the CPU's first function, and nothing but ways to wait
/// stands above it.
static bool is_idle(const std::vector<std::string_view>& functions)
{
  static constexpr std::array<std::string_view, 4> loops = {
      "do_idle", "cpu_startup_entry", "default_idle_call", "cpuidle_idle_call"};
  constexpr std::size_t deepest = 6;
  const auto end = functions.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(functions.size(), deepest));
  return std::any_of(functions.begin(), end, [](std::string_view name) {
    return std::find(loops.begin(), loops.end(), name) != loops.end();
  });
}

static std::string line_of(const VcpuTrace& trace, const KernelSymbols& symbols)
{
  if (trace.in_user_space) {
    return "user space";
  }
  const auto functions = functions_of(trace, symbols);
  if (is_idle(functions)) {
    return "idle";
  }
  auto text = functions.front().empty() ? fmt::format("{:#x}", trace.pc)
                                        : std::string(functions.front());
  std::size_t shown = 1;
  std::string_view last = functions.front();
  for (std::size_t i = 1; i < functions.size() && shown < max_shown_frames;
       ++i) {
    if (!functions[i].empty() && functions[i] != last) {
      text += fmt::format(" < {}", functions[i]);
      last = functions[i];
      ++shown;
    }
  }
  return text;
}

namespace {

struct Place
{
  std::string line;
  std::size_t looks = 0;
};

} // namespace

/// Where the CPUs were, by number; the most frequent place first, and of
/// those as frequent the one seen first.
static std::map<unsigned, std::vector<Place>>
places_of(const std::vector<std::vector<VcpuTrace>>& looks,
          const KernelSymbols& symbols)
{
  std::map<unsigned, std::vector<Place>> cpus;
  for (const auto& look : looks) {
    for (const auto& trace : look) {
      auto& places = cpus[trace.cpu];
      const auto line = line_of(trace, symbols);
      auto known = std::find_if(places.begin(), places.end(), [&](auto& place) {
        return place.line == line;
      });
      if (known == places.end()) {
        known = places.insert(known, {line, 0});
      }
      ++known->looks;
    }
  }
  for (auto& [cpu, places] : cpus) {
    std::stable_sort(places.begin(), places.end(), [](auto& a, auto& b) {
      return a.looks > b.looks;
    });
  }
  return cpus;
}

std::string traces_summary(const std::vector<std::vector<VcpuTrace>>& looks,
                           const KernelSymbols& symbols)
{
  std::string text;
  std::size_t shown = 0;
  const auto cpus = places_of(looks, symbols);
  for (const auto& [cpu, places] : cpus) {
    if (shown++ == max_shown_cpus) {
      text += fmt::format("and {} more CPUs\n", cpus.size() - max_shown_cpus);
      break;
    }
    for (std::size_t i = 0; i < std::min(places.size(), max_places); ++i) {
      text += fmt::format("CPU {}: {}", cpu, places[i].line);
      if (places.size() > 1) {
        text += fmt::format(" ({} of {} looks)", places[i].looks, looks.size());
      }
      text += "\n";
    }
  }
  return text;
}

std::string traces_text(const std::vector<VcpuTrace>& traces,
                        const KernelSymbols& symbols)
{
  std::string text;
  for (const auto& trace : traces) {
    text += fmt::format("CPU {}: {}\n",
                        trace.cpu,
                        trace.in_user_space
                            ? fmt::format("user space, {:#x}", trace.pc)
                            : symbols.place(trace.pc));
    for (const auto caller : trace.callers) {
      text += "  " + symbols.place(caller) + "\n";
    }
  }
  return text;
}

} // namespace oopsfarm
