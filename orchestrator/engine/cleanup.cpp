// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/cleanup.h"

#include "base/log.h"
#include "git/worktree.h"
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

static Status remove_unfinished(const fs::path& parent)
{
  for (const auto& folder : folders_in(parent)) {
    std::error_code ignored;
    if (!fs::exists(folder / "outcome.json", ignored)) {
      log::info("removing the unfinished " + folder.string());
      TRY(remove_tree(folder));
    }
  }
  return Ok{};
}

Status clean_up_after_others(const EngineContext& context,
                             const Repository& repository)
{
  for (const auto& root : folders_in(context.state.libvirt_roots())) {
    if (context.reap_root) {
      TRY(context.reap_root(root));
    }
  }
  TRY(remove_dead_scratch(repository, context.state.worktrees()));
  TRY(remove_unfinished(context.state.kernels()));
  return remove_unfinished(context.state.runs());
}

} // namespace oopsfarm
