// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_hunt.h"

#include "base/log.h"
#include "engine/scope.h"
#include "git/revert.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

std::string to_string(HuntEnd end)
{
  switch (end) {
  case HuntEnd::answered:
    return "answered";
  case HuntEnd::out_of_runs:
    return "the runs allowed are spent";
  case HuntEnd::out_of_time:
    return "the time allowed is spent";
  case HuntEnd::nothing_left:
    return "no commit is left that can be tested and would tell more";
  case HuntEnd::stopped:
    return "stopped";
  }
  return "?";
}

std::string to_string(Conclusion conclusion)
{
  switch (conclusion) {
  case Conclusion::culprit:
    return "culprit";
  case Conclusion::base_has_it:
    return "base-has-it";
  case Conclusion::not_here:
    return "not-here";
  case Conclusion::undecided:
    return "undecided";
  }
  return "?";
}

/// Runs that were made before the bisection: those that are new to it.
static Status
add_known(const std::vector<Record>& known, Case& found, Journal& journal)
{
  std::set<std::string> counted;
  for (const auto& record : journal.records()) {
    counted.insert(record.run_id);
  }
  for (auto record : known) {
    if (!counted.insert(record.run_id).second || !found.check(record)) {
      continue;
    }
    record.number = found.next_number();
    TRY(journal.add(record));
    TRY(found.add(record));
  }
  return Ok{};
}

Result<std::unique_ptr<KernelHunt>>
KernelHunt::open(KernelQuestion question,
                 const EngineContext& context,
                 Crew& crew,
                 Crew::Rank rank,
                 Observer& observer,
                 HuntObserver& hunt_observer,
                 const Stop& stop)
{
  CaseSetup setup;
  setup.range = question.range;
  setup.channels = question.head.channels;
  setup.signatures = question.head.signatures;
  setup.titles = question.head.titles;
  setup.may_join = question.head.mode == "series" ||
                   (setup.signatures.empty() && setup.titles.empty());
  setup.confidence = question.confidence;
  setup.ranking = question.ranking;
  TRY_ASSIGN(auto found, Case::make(std::move(setup)));
  const auto head = to_json(question.head);
  auto folder = bisection_folder(context.state, head);
  TRY(make_folder(folder));
  TRY_ASSIGN(auto lock, FileLock::try_take(folder / "lock"));
  TRY_ASSIGN(auto journal, Journal::open(folder, head));
  for (const auto& record : journal.records()) {
    TRY(found.add(record));
  }
  TRY(add_known(question.known, found, journal));
  std::unique_ptr<KernelHunt> hunt(new KernelHunt(std::move(question),
                                                  std::move(found),
                                                  std::move(folder),
                                                  std::move(lock),
                                                  context,
                                                  observer,
                                                  stop));
  hunt->begin(std::move(journal), crew, std::move(rank), hunt_observer);
  return hunt;
}

KernelHunt::KernelHunt(KernelQuestion question,
                       Case found,
                       std::filesystem::path folder,
                       FileLock lock,
                       const EngineContext& context,
                       Observer& observer,
                       const Stop& stop)
    : question_(std::move(question)), found_(std::move(found)),
      folder_(std::move(folder)), id_(folder_.filename().string()),
      lock_(std::move(lock)), context_(context), observer_(observer),
      stop_(stop)
{
}

KernelHunt::~KernelHunt() = default;

void KernelHunt::begin(Journal journal,
                       Crew& crew,
                       Crew::Rank rank,
                       HuntObserver& hunt_observer)
{
  journal_ = std::make_unique<Journal>(std::move(journal));
  tries_ = std::make_unique<KernelTries>(context_,
                                         question_.kernels,
                                         question_.channels,
                                         question_.accelerators,
                                         crew,
                                         std::move(rank),
                                         observer_);
  hunter_ = std::make_unique<Hunter>(
      found_, *tries_, *journal_, question_.limits, hunt_observer, stop_);
}

Result<bool> KernelHunt::go_on()
{
  TRY_ASSIGN(const auto trials, tries_->wait({}));
  for (const auto& trial : trials) {
    TRY(recheck_ ? recheck_->record(trial) : hunter_->record(trial));
  }
  if (!end_) {
    TRY_ASSIGN(end_, hunter_->go_on());
    if (!end_) {
      return false;
    }
    if (const auto begun = begin_check(); !begun) {
      recheck_.reset();
      check_->why_not = begun.error().message;
    }
  }
  if (!recheck_) {
    return true;
  }
  if (stop_.requested()) {
    end_ = HuntEnd::stopped;
    tries_->abort();
    return true;
  }
  TRY_ASSIGN(const bool is_over, recheck_->go_on());
  if (is_over) {
    finish_check();
  }
  return is_over;
}

/// The channel on which the crash comes most often.
static std::size_t best_channel(const Answer& answer)
{
  const auto rate = [](const ChannelRates& rates) {
    return (rates.after.crashes + 0.5) /
           (rates.after.crashes + rates.after.passes + 1) * rates.affected;
  };
  return static_cast<std::size_t>(
      std::max_element(answer.rates.begin(),
                       answer.rates.end(),
                       [&](const auto& a, const auto& b) {
                         return (a.after.crashes > 0 ? rate(a) : 0) <
                                (b.after.crashes > 0 ? rate(b) : 0);
                       }) -
      answer.rates.begin());
}

/// A commit that is the culprit is taken out of the bad end; a fix out of the
/// good end. Other changes (of configs, between versions) are no commits.
Status KernelHunt::begin_check()
{
  const auto& mode = question_.head.mode;
  const auto answer = found_.bisection().answer();
  if (*end_ != HuntEnd::answered || (mode != "range" && mode != "series") ||
      answer.conclusion != Conclusion::culprit || answer.culprits.size() != 1) {
    return Ok{};
  }
  const auto& range = found_.range();
  const auto& culprit = range.change(answer.culprits.front()).id;
  const auto& onto =
      range.is_reverse ? range.commits.front().id : range.commits.back().id;
  check_.emplace();
  if (culprit == onto) {
    check_->why_not = "it is the last commit: the one before it says the same";
    return Ok{};
  }
  if (context_.processes == nullptr) {
    check_->why_not = "there is no git at hand";
    return Ok{};
  }
  TRY_ASSIGN(
      const auto repository,
      Repository::open(question_.head.git_dir, *context_.processes, stop_));
  TRY_ASSIGN(
      const auto reverted,
      revert_commit(repository, onto, culprit, context_.state.worktrees()));
  check_->commit = reverted.commit;
  check_->why_not = reverted.why_not;
  return reverted.commit.empty() ? Status(Ok{}) : begin_runs(reverted.commit);
}

Status KernelHunt::begin_runs(const std::string& commit)
{
  const auto answer = found_.bisection().answer();
  const auto channel = best_channel(answer);
  const auto& counts = answer.rates.at(channel).after;
  const auto rate =
      (counts.crashes + 0.5) / (counts.crashes + counts.passes + 1);
  TRY_ASSIGN(auto journal,
             Journal::open(folder_ / "check",
                           fmt::format(R"({{"kind":"bisection-check",)"
                                       R"("commit":"{}"}})",
                                       commit)));
  check_journal_ = std::make_unique<Journal>(std::move(journal));
  const auto& range = found_.range();
  ProbedKernel kernel = question_.kernels.at(
      range.is_reverse ? 0 : range.tip()); // the end that it is made of
  const auto end = kernel.source.commit;
  kernel.source.commit = commit;
  kernel.source.name = "reverted";
  if (kernel.source.series.empty()) { // not a commit of the tree's own
    kernel.source.series = "revert-" + commit.substr(0, 12);
    kernel.base = end;
  }
  const auto node = static_cast<Node>(question_.kernels.size());
  question_.kernels.push_back(std::move(kernel));
  recheck_ = std::make_unique<Recheck>(found_,
                                       *tries_,
                                       *check_journal_,
                                       Probe{node, channel},
                                       commit,
                                       passes_wanted(rate));
  observer_.note(fmt::format("bisect: the culprit is reverted on the {} end "
                             "and run up to {} times",
                             range.is_reverse ? "good" : "bad",
                             recheck_->counts().wanted));
  return Ok{};
}

void KernelHunt::finish_check()
{
  const auto& counts = recheck_->counts();
  check_->runs = static_cast<unsigned>(counts.runs);
  check_->crashes = static_cast<unsigned>(counts.crashes);
  check_->why_not = counts.why_not;
  const bool is_fix = found_.range().is_reverse;
  check_->confirms = counts.why_not.empty() && (counts.crashes > 0) == is_fix;
}

bool KernelHunt::left(const JobWork& work, const Status& end)
{
  return tries_->left(work, end);
}

void KernelHunt::abort()
{
  tries_->abort();
}

void KernelHunt::forget()
{
  tries_->forget();
}

const std::vector<Attempt>& KernelHunt::running() const
{
  return hunter_->running();
}

namespace {

/// What a case says, as a report has it.
class Reporter
{
public:
  Reporter(const KernelQuestion& question, const Case& found)
      : question_(question), found_(found), answer_(found.bisection().answer()),
        masses_(found.bisection().posterior())
  {
  }

  BisectedCrash report()
  {
    BisectedCrash result;
    result.mode = question_.head.mode;
    result.is_fix = found_.range().is_reverse;
    result.signature = found_.signature();
    result.signatures = found_.signatures();
    result.title = question_.title.empty() ? found_.title_of(result.signature)
                                           : question_.title;
    result.conclusion = to_string(answer_.conclusion);
    result.probability = answer_.probability;
    result.confidence = found_.confidence();
    add_changes(result);
    result.runs = found_.runs();
    result.builds = found_.builds();
    add_rates(result);
    result.scope = answer_.conclusion == Conclusion::culprit
                       ? scope_of(result.rates, question_.targets)
                       : "";
    for (const auto& [signature, runs] : found_.other_crashes()) {
      const auto title = found_.title_of(signature);
      result.other_crashes.emplace_back(title.empty() ? signature : title,
                                        runs);
    }
    return result;
  }

private:
  PatchInfo change(Node node) const
  {
    const auto& commit = found_.range().change(node);
    const bool is_patch = question_.head.mode == "series";
    return {is_patch ? node : 0, commit.subject, commit.id};
  }

  void add_changes(BisectedCrash& result) const
  {
    if (answer_.conclusion == Conclusion::culprit) {
      for (const auto node : answer_.culprits) {
        result.culprits.push_back(change(node));
      }
      result.change = texts();
    }
    if (question_.head.mode == "kconfig" && answer_.culprits.size() > 1) {
      result.change = why_together();
    }
    for (const auto node : answer_.candidates) {
      result.candidates.push_back(change(node));
    }
    result.candidates_mass = answer_.candidates_mass;
    for (Node node = 1; node + 1 < masses_.size(); ++node) {
      result.changes.push_back(change(node));
      result.posterior.push_back(masses_[node]);
    }
    result.base_has_it = masses_.front();
    result.not_here = masses_.back();
  }

  /// Of each culprit, under its name where there are several.
  std::string texts() const
  {
    std::string text;
    for (const auto node : answer_.culprits) {
      if (question_.texts.empty()) {
        break;
      }
      text += answer_.culprits.size() > 1
                  ? found_.range().change(node).subject + "\n"
                  : "";
      text += question_.texts.at(node - 1);
    }
    return text;
  }

  /// Why there is no kernel between some symbols: what those that did not build
  /// said.
  std::string why_together() const
  {
    std::string text;
    for (const auto& record : found_.records()) {
      const auto node = found_.range().find(record.commit).value_or(0);
      const auto& nodes = answer_.culprits;
      if (record.outcome == Outcome::unbuildable &&
          std::find(nodes.begin(), nodes.end(), node) != nodes.end()) {
        text += fmt::format("these depend on each other: {}: {}\n",
                            found_.range().commits.at(node).subject,
                            record.detail);
      }
    }
    return text;
  }

  void add_rates(BisectedCrash& result) const
  {
    for (std::size_t i = 0; i < found_.channels().size(); ++i) {
      const auto& rates = answer_.rates.at(i);
      const auto& label = question_.channels.at(i).run.label;
      result.rates.push_back({found_.channels()[i],
                              static_cast<unsigned>(rates.after.crashes),
                              static_cast<unsigned>(rates.after.passes),
                              static_cast<unsigned>(rates.before.crashes),
                              static_cast<unsigned>(rates.before.passes),
                              rates.affected,
                              label.target,
                              label.kconfig,
                              label.workload});
    }
  }

  const KernelQuestion& question_;
  const Case& found_;
  Answer answer_;
  std::vector<double> masses_;
};

} // namespace

BisectedCrash KernelHunt::result() const
{
  auto result = Reporter(question_, found_).report();
  result.id = id_;
  result.end = end_ ? to_string(*end_) : "";
  if (check_) {
    result.checks.push_back(*check_);
  }
  return result;
}

Status hunt_alone(KernelQuestion question,
                  const EngineContext& context,
                  Executor& executor,
                  Observer& observer,
                  HuntObserver& hunt_observer,
                  const Stop& stop,
                  std::unique_ptr<KernelHunt>& hunt)
{
  constexpr std::chrono::milliseconds frame{200};
  Crew crew(context.state, executor, stop);
  TRY_ASSIGN(hunt,
             KernelHunt::open(std::move(question),
                              context,
                              crew,
                              {},
                              observer,
                              hunt_observer,
                              stop));
  const auto work = [&]() -> Status {
    while (true) {
      if (stop.requested()) {
        TRY(crew.remove_all());
        hunt->forget();
        return infra_error("stopped");
      }
      TRY_ASSIGN(const bool is_over, hunt->go_on());
      if (is_over) {
        return Ok{};
      }
      crew.turn(frame,
                [&](JobWork& each, Status end) { hunt->left(each, end); });
      observer.tick();
      hunt_observer.tick(hunt->found(), hunt->running());
    }
  };
  auto done = work();
  TRY(crew.remove_all()); // nothing, unless the farm has failed
  return done;
}

} // namespace oopsfarm
