// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/cleanup.h"

#include "base/log.h"
#include "git/worktree.h"
#include "model/json.h"
#include "sys/detached.h"
#include "sys/file.h"

namespace oopsfarm {

namespace fs = std::filesystem;

static std::vector<fs::path> folders_in(const fs::path& parent)
{
  std::vector<fs::path> folders;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(parent, absent)) {
    folders.push_back(entry.path());
  }
  return folders;
}

/// The libvirt root of a run, or "".
static fs::path root_of(const fs::path& folder)
{
  const auto text = read_file(folder / "spec.json");
  const auto spec =
      text ? parse_step_spec(*text) : Result<StepSpec>(text.error());
  const auto* run = spec ? std::get_if<RunSpec>(&*spec) : nullptr;
  return run != nullptr ? run->libvirt_root : fs::path();
}

LiveSteps find_live_steps(const StatePaths& state)
{
  LiveSteps live;
  for (const auto& parent : {state.runs(), state.kernels()}) {
    for (const auto& folder : folders_in(parent)) {
      if (Detached::holder_of(step_lock(folder / "spec.json"))) {
        live.folders.insert(folder);
        live.roots.insert(root_of(folder));
      }
    }
  }
  return live;
}

static Status remove_unfinished(const fs::path& parent, const LiveSteps& live)
{
  for (const auto& folder : folders_in(parent)) {
    std::error_code ignored;
    if (!fs::exists(folder / "outcome.json", ignored) &&
        !live.folders.contains(folder)) {
      log::info("removing the unfinished " + folder.string());
      TRY(remove_tree(folder));
    }
  }
  return Ok{};
}

Status clean_up_after_others(const EngineContext& context,
                             const LiveSteps& live)
{
  for (const auto& root : folders_in(context.state.libvirt_roots())) {
    if (context.reap_root && !live.roots.contains(root)) {
      TRY(context.reap_root(root));
    }
  }
  TRY(remove_unfinished(context.state.kernels(), live));
  return remove_unfinished(context.state.runs(), live);
}

Status clean_up_tree(const EngineContext& context, const Repository& repository)
{
  return remove_dead_scratch(repository, context.state.worktrees());
}

} // namespace oopsfarm
