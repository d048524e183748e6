// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kernel_hunt.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// The bisections that a job ends with, one after the other, worked through a
/// crew that its owner turns. They add to the job's report.
///
/// Use from the crew's thread; references outlive it.
class JobBisections
{
public:
  JobBisections(std::vector<KernelQuestion> questions,
                const EngineContext& context,
                Crew& crew,
                Crew::Rank rank,
                Observer& observer,
                const Stop& stop);
  JobBisections(const JobBisections&) = delete;
  JobBisections& operator=(const JobBisections&) = delete;
  ~JobBisections();

  /// Goes on as far as can be without waiting. True: all have ended. What
  /// fails is a note, and the next one begins.
  bool go_on();

  /// For each job that leaves the crew; false: it is none of these.
  bool left(const JobWork& work, const Status& end);

  /// Takes what is under way out of the crew; nothing of it is observed.
  void abort();

  /// The same where the crew has dropped all its jobs already.
  void forget();

  /// Adds what was found. Once, when all have ended.
  void add_to(JobReport& report) const;

private:
  class Notes;

  void begin_next();
  void fail(const std::string& title, const Error& error);

  std::deque<KernelQuestion> waiting_;
  const EngineContext& context_;
  Crew& crew_;
  Crew::Rank rank_;
  Observer& observer_;
  const Stop& stop_;
  std::unique_ptr<Notes> notes_; ///< tells the job's observer what is thought
  std::string title_;            ///< of the hunt at work
  std::unique_ptr<KernelHunt> hunt_;
  std::vector<BisectedCrash> found_;
  std::vector<std::string> words_; ///< notes for the report
};

/// Works them to their end in the foreground, with a crew of their own, and
/// adds to the report. Fails (infra) when stopped.
Status bisect_alone(std::vector<KernelQuestion> questions,
                    const EngineContext& context,
                    Executor& executor,
                    Observer& observer,
                    const Stop& stop,
                    JobReport& report);

} // namespace oopsfarm
