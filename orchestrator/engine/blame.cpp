// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/blame.h"

#include "base/log.h"
#include "suspects/find.h"

#include <algorithm>

namespace oopsfarm {

static bool base_shows(const std::vector<Cell>& cells,
                       const Cell& cell,
                       const std::string& signature)
{
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& other) {
    return other.kernel == "base" && other.target == cell.target &&
           other.kconfig == cell.kconfig &&
           std::find(other.signatures.begin(),
                     other.signatures.end(),
                     signature) != other.signatures.end();
  });
}

/// A base that does not build says nothing of a series that doesn't either.
static bool base_lacks_build(const std::vector<Cell>& cells, const Cell& cell)
{
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& other) {
    return other.kernel == "base" && other.target == cell.target &&
           other.kconfig == cell.kconfig && other.workload == cell.workload &&
           other.verdict == Verdict::build_failed;
  });
}

static bool base_shows_all(const std::vector<Cell>& cells, const Cell& cell)
{
  return !cell.signatures.empty() &&
         std::all_of(cell.signatures.begin(),
                     cell.signatures.end(),
                     [&](const std::string& signature) {
                       return base_shows(cells, cell, signature);
                     });
}

void mark_what_the_base_has(std::vector<Cell>& cells)
{
  for (auto& cell : cells) {
    cell.base_has_it =
        cell.kernel != "base" &&
        (cell.verdict == Verdict::build_failed ? base_lacks_build(cells, cell)
                                               : base_shows_all(cells, cell));
  }
}

static std::filesystem::path
vmlinux_of(const JobReport& report, const Cell& cell, Arch arch)
{
  for (const auto& build : report.builds) {
    if (build.kernel == cell.kernel && build.kconfig == cell.kconfig &&
        build.arch == arch) {
      return build.outcome.vmlinux;
    }
  }
  return {};
}

static bool is_blamed(const Cell& cell)
{
  return cell.kernel != "base" && !cell.base_has_it &&
         cell.verdict == Verdict::crash && !cell.run_id.empty();
}

void find_suspects_of(const Repository& repository,
                      const EngineContext& context,
                      JobReport& report)
{
  if (std::none_of(report.cells.begin(), report.cells.end(), is_blamed)) {
    return;
  }
  auto finder =
      SuspectFinder::make(repository, report.base_commit, report.patches);
  if (!finder) {
    log::warning("no suspects: " + finder.error().message);
    return;
  }
  for (auto& cell : report.cells) {
    if (!is_blamed(cell) || repository.git().stop().requested()) {
      continue;
    }
    const auto arch = context.targets.at(cell.target).arch;
    auto suspects =
        finder->find(context.state.runs() / cell.run_id / "console.log",
                     vmlinux_of(report, cell, arch));
    if (!suspects) {
      log::warning("no suspects: " + suspects.error().message);
      continue;
    }
    std::erase_if(*suspects, [](const Suspect& suspect) {
      return suspect.reasons.empty();
    });
    cell.suspects = *std::move(suspects);
  }
}

} // namespace oopsfarm
