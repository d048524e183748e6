// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a farm keeps and could do without.
enum class KeptKind { run, kernel, objects, payload, bisection };

const char* to_string(KeptKind kind);

/// One folder (of a payload: one file) of the state folder.
struct KeptItem
{
  KeptKind kind = KeptKind::run;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point used; ///< made, or used last
  /// Crashes that are kept and need it: runs that showed one that nobody
  /// muted, their kernels and their payloads. 0: it may go.
  std::size_t references = 0;
};

/// How much may be kept. Without either, everything is.
struct SweepLimits
{
  std::optional<std::chrono::seconds> max_age;       ///< since the last use
  std::optional<std::uint64_t> max_bytes;            ///< of all items
  std::chrono::seconds grace{std::chrono::hours(1)}; ///< younger ones stay
};

/// All items of a state folder. Unfinished runs and kernels are none. Fails
/// (user) when the marks of crashes can't be read, (infra) when stopped.
Result<std::vector<KeptItem>> survey(const StatePaths& state, const Stop& stop);

/// What is to go: what is older than the limit, then the oldest ones until the
/// rest fits. Nothing that is referred to. The oldest first. Pure.
std::vector<KeptItem> choose(std::vector<KeptItem> items,
                             const SweepLimits& limits,
                             std::chrono::system_clock::time_point now);

/// Renames the items into the state's trash, which takes no time; those that
/// `is_needed` are left where they are. Gives the bytes that went.
Result<std::uint64_t>
take_out(const StatePaths& state,
         const std::vector<KeptItem>& items,
         const std::function<bool(const KeptItem&)>& is_needed);

/// Removes what is in the trash, which may take a while. What a process that
/// was killed left there goes as well.
Status empty_trash(const StatePaths& state);

} // namespace oopsfarm
