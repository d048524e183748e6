// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kernel_question.h"
#include "hunt/recheck.h"
#include "sys/file.h"

#include <memory>
#include <optional>
#include <string>

namespace oopsfarm {

/// One bisection of kernels, worked through a crew that its owner turns; then
/// the culprit's check by reverting it. Its journals are below
/// StatePaths::bisections(): the same question again, after a kill, goes on.
///
/// Use from the crew's thread. References outlive it; so must it outlive the
/// crew's turns as long as it has tries there (abort() takes them out).
class KernelHunt
{
public:
  /// Opens the journal. Fails (user) when another process bisects the same, or
  /// the commits are refused by the case.
  static Result<std::unique_ptr<KernelHunt>> open(KernelQuestion question,
                                                  const EngineContext& context,
                                                  Crew& crew,
                                                  Crew::Rank rank,
                                                  Observer& observer,
                                                  HuntObserver& hunt_observer,
                                                  const Stop& stop);
  KernelHunt(const KernelHunt&) = delete;
  KernelHunt& operator=(const KernelHunt&) = delete;
  ~KernelHunt();

  /// Takes what has ended, starts what is next. True: the hunt has ended.
  /// Fails where Hunter does.
  Result<bool> go_on();

  /// For each job that leaves the crew; false: it is not of this hunt.
  bool left(const JobWork& work, const Status& end);

  /// Takes what is under way out of the crew; nothing of it is observed.
  void abort();

  /// The same where the crew has dropped all its jobs already.
  void forget();

  const Case& found() const { return found_; }

  const std::string& id() const { return id_; }

  /// Why it ended; nothing before that.
  const std::optional<HuntEnd>& end() const { return end_; }

  /// For observers that show what runs.
  const std::vector<Attempt>& running() const;

  /// What is known now.
  BisectedCrash result() const;

private:
  KernelHunt(KernelQuestion question,
             Case found,
             std::filesystem::path folder,
             FileLock lock,
             const EngineContext& context,
             Observer& observer,
             const Stop& stop);
  void begin(Journal journal,
             Crew& crew,
             Crew::Rank rank,
             HuntObserver& hunt_observer);
  Status begin_check();
  Status begin_runs(const std::string& commit);
  void finish_check();

  KernelQuestion question_;
  Case found_;
  std::filesystem::path folder_;
  std::string id_;
  FileLock lock_;
  const EngineContext& context_;
  Observer& observer_;
  const Stop& stop_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<KernelTries> tries_;
  std::unique_ptr<Hunter> hunter_;
  std::optional<HuntEnd> end_; ///< of the hunt, without its check
  std::unique_ptr<Journal> check_journal_;
  std::unique_ptr<Recheck> recheck_;
  std::optional<BisectedCheck> check_;
};

/// Works a question to its end in the foreground, with a crew of its own.
/// Fails (infra) when stopped, and as KernelHunt. What was found so far is in
/// `hunt` in any case, once that is set.
Status hunt_alone(KernelQuestion question,
                  const EngineContext& context,
                  Executor& executor,
                  Observer& observer,
                  HuntObserver& hunt_observer,
                  const Stop& stop,
                  std::unique_ptr<KernelHunt>& hunt);

/// Text for "end" in reports.
std::string to_string(HuntEnd end);

/// A bisection's conclusion in one word: "culprit", "base-has-it", "not-here",
/// "undecided".
std::string to_string(Conclusion conclusion);

} // namespace oopsfarm
