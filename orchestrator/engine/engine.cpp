// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine.h"

#include "engine/cleanup.h"
#include "engine/crew.h"
#include "engine/job_bisections.h"
#include "engine/prepare.h"
#include "engine/series_questions.h"
#include "exec/local.h"

#include <algorithm>
#include <thread>

namespace oopsfarm {

using std::chrono::steady_clock;

unsigned or_cpus(unsigned wanted)
{
  return wanted != 0 ? wanted
                     : std::max(1U, std::thread::hardware_concurrency());
}

Engine::Engine(EngineContext context, Observer& observer, const Stop& stop)
    : context_(std::move(context)), observer_(observer), stop_(stop)
{
}

Result<JobReport> Engine::run(const Job& job)
{
  const auto begun = steady_clock::now();
  TRY_ASSIGN(const auto repository, open_tree(context_, job.tree, stop_));
  TRY(clean_up_after_others(context_, find_live_steps(context_.state)));
  TRY(clean_up_tree(context_, repository));
  TRY_ASSIGN(const auto prepared, prepare_job(job, context_, observer_, stop_));
  NoLedger no_ledger;
  JobWork work(
      prepared.plan, context_, prepared.accelerators, no_ledger, observer_);
  const auto executor =
      make_local_executor(context_.share.step_program,
                          or_cpus(context_.config.parallel_guests),
                          stop_);
  if (prepared.report.cells.empty()) {
    TRY(work_alone(work, context_.state, *executor, stop_));
  }
  TRY_ASSIGN(auto report, report_of(prepared, work, context_, stop_));
  if (may_bisect(job)) {
    TRY_ASSIGN(
        auto questions,
        questions_of(prepared, work, context_, observer_, stop_, report));
    TRY(bisect_alone(
        std::move(questions), context_, *executor, observer_, stop_, report));
  }
  report.time = std::chrono::duration_cast<std::chrono::milliseconds>(
      steady_clock::now() - begun);
  return report;
}

} // namespace oopsfarm
