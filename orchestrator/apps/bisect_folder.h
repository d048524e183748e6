// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "git/repository.h"
#include "hunt/case.h"
#include "hunt/journal.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace oopsfarm {

/// What a bisection is about: the first line of its journal. Equal ones are one
/// bisection, which goes on where it was left.
struct BisectHead
{
  std::filesystem::path git_dir;
  std::string good; ///< full object ids
  std::string bad;
  std::string run;
  std::string build;
  std::string signature;   ///< RE2
  bool is_reverse = false; ///< what fixed it is looked for
};

/// One line, and back; the reader fails (user) on anything else.
std::string to_json(const BisectHead& head);
Result<BisectHead> parse_bisect_head(std::string_view line);

/// The folder below bisections() of what the head is about.
std::filesystem::path bisect_folder(const StatePaths& state,
                                    const BisectHead& head);

/// That of an id (a folder's name, or its beginning), or of the bisection that
/// was worked on last when `id` is "". Fails (user) where there is none, or
/// more than one.
Result<std::filesystem::path> find_bisection(const StatePaths& state,
                                             const std::string& id);

/// The repository whose top or bare folder `path` is. Fails (user).
Result<Repository> open_repository(const std::filesystem::path& path,
                                   ProcessRunner& processes,
                                   const Stop& stop);

/// The case of a head, without its records.
Result<Case> make_case(const BisectHead& head,
                       const Repository& repository,
                       double confidence);

} // namespace oopsfarm
