// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/prepare.h"
#include "engine/series_questions.h"
#include "jobfile/job_file.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// A job at its end.
struct FinishedJob
{
  int exit_code = 0; ///< of `oopsfarm run`
  StoredReport report;
  /// Of a job with a schedule: nightly/night.h as JSON, its day left empty.
  std::string night = {};
};

/// What is to be bisected at a job's end.
struct BisectionPlan
{
  std::vector<KernelQuestion> questions;
  std::vector<std::string> notes;
};

/// What the foreman has done by others, since it takes seconds: it is called
/// in the clerk's thread.
class Planner
{
public:
  virtual ~Planner() = default;

  /// The job's file, read and planned.
  virtual Result<PreparedJob> prepare(const StoredJob& job,
                                      Observer& observer) = 0;

  /// The job's steps are done: what is to be bisected before it is finished,
  /// with notes for the report. Asked of jobs only that want it.
  virtual Result<BisectionPlan> bisections(const StoredJob& /*job*/,
                                           const PreparedJob& /*prepared*/,
                                           const JobWork& /*work*/)
  {
    return BisectionPlan();
  }

  /// The job's steps are done: what they came to. Bisections stand in the
  /// prepared report.
  virtual Result<FinishedJob> finish(const StoredJob& job,
                                     const PreparedJob& prepared,
                                     const JobWork& work) = 0;

  /// What steps are worked with.
  virtual const EngineContext& context() const = 0;
};

/// A job as it was asked for: the file in its folder, with what was said
/// instead of the file's keys. Fails (user) as read_job(), and when the job
/// names a file outside of its folder.
Result<Job> read_submission(const StatePaths& state,
                            const NewJob& asked,
                            const Catalogue& catalogue);

/// The real one: the engine's functions. `context` and `stop` outlive it.
std::unique_ptr<Planner> make_planner(const EngineContext& context,
                                      Catalogue catalogue,
                                      const Stop& stop);

} // namespace oopsfarm
