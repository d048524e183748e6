// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/takeover.h"

#include "base/log.h"
#include "engine/cleanup.h"
#include "engine/prepare.h"
#include "sys/detached.h"
#include "sys/file.h"

#include <poll.h>

#include <csignal>

namespace oopsfarm {

namespace fs = std::filesystem;

/// A run that a job goes on with. Kernels are everybody's.
static Result<bool>
is_wanted(const fs::path& folder, const StatePaths& state, Store& store)
{
  if (folder.parent_path() == state.kernels()) {
    return true;
  }
  TRY_ASSIGN(const auto run, store.run(folder.filename().string()));
  if (!run || run->outcome) {
    return false;
  }
  TRY_ASSIGN(const auto job, store.job(run->job));
  return job && job->state == JobState::running && !job->cancel_wanted;
}

/// SIGTERM, and SIGKILL for what does not listen.
static void end_step(const fs::path& folder)
{
  constexpr int grace_ms = 10'000;
  auto step = Detached::holder_of(step_lock(folder / "spec.json"));
  if (!step) {
    return;
  }
  log::info("ending " + folder.string() + ", which nobody wants any more");
  step->kill_group(SIGTERM);
  pollfd ended = {step->exit_fd(), POLLIN, 0};
  if (poll(&ended, 1, grace_ms) == 0) {
    step->kill_group(SIGKILL);
    poll(&ended, 1, grace_ms);
  }
}

static Status remove_unknown_jobs(const StatePaths& state, Store& store)
{
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(state.jobs(), absent)) {
    TRY_ASSIGN(const auto job, store.job(entry.path().filename().string()));
    if (!job) {
      TRY(remove_tree(entry.path()));
    }
  }
  return Ok{};
}

Status take_over(const EngineContext& context, Store& store, const Stop& stop)
{
  auto live = find_live_steps(context.state);
  for (const auto& folder : live.folders) {
    TRY_ASSIGN(const auto wanted, is_wanted(folder, context.state, store));
    if (!wanted) {
      end_step(folder);
    } else {
      log::info("at work still: " + folder.string());
    }
  }
  live = find_live_steps(context.state);
  TRY(clean_up_after_others(context, live));
  TRY_ASSIGN(const auto trees, tree_names(context.state));
  for (const auto& tree : trees) {
    TRY_ASSIGN(const auto repository, open_tree(context, tree, stop));
    TRY(clean_up_tree(context, repository));
  }
  return remove_unknown_jobs(context.state, store);
}

} // namespace oopsfarm
