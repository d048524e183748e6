// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/bisect_series.h"

#include "base/hash.h"
#include "engine/kernel_prober.h"
#include "hunt/hunt.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

/// One crash to bisect: where it was seen.
namespace {

struct Quarry
{
  std::string signature;
  std::string title;
  std::vector<const Cell*> cells; ///< of the tip, one a channel
};

} // namespace

static constexpr std::size_t max_bisections = 3;
static constexpr std::size_t max_runs = 100; ///< of a bisection

static bool is_worth_it(const Cell& cell, const std::string& tip)
{
  return cell.kernel == tip && !cell.base_has_it && !cell.signatures.empty() &&
         (cell.verdict == Verdict::crash || cell.verdict == Verdict::hang ||
          cell.verdict == Verdict::oracle_failed);
}

static std::vector<Quarry> quarries_of(const JobReport& report,
                                       const std::string& tip)
{
  std::vector<Quarry> found;
  for (const auto& cell : report.cells) {
    if (!is_worth_it(cell, tip)) {
      continue;
    }
    const auto& signature = cell.signatures.front();
    auto known = std::find_if(found.begin(), found.end(), [&](auto& quarry) {
      return quarry.signature == signature;
    });
    if (known == found.end()) {
      known = found.insert(found.end(), {signature, cell.title, {}});
    }
    known->cells.push_back(&cell);
  }
  return found;
}

static std::string channel_of(const std::string& target,
                              const std::string& kconfig,
                              const std::string& workload)
{
  return fmt::format("{} {} {}", target, kconfig, workload);
}

static Range range_of(const JobReport& report)
{
  Range range;
  range.commits.push_back({report.base_commit, report.base});
  for (std::size_t i = 0; i < report.patches.size(); ++i) {
    range.commits.push_back(
        {report.patches[i].commit, report.patches[i].subject});
    range.parents.push_back(i == 0 ? std::vector<Node>()
                                   : std::vector<Node>{static_cast<Node>(i)});
  }
  return range;
}

static std::vector<ProbedKernel> kernels_of(const JobReport& report)
{
  std::vector<ProbedKernel> kernels = {{{"base", report.base_commit}, ""}};
  const auto series = report.patches.back().commit.substr(0, 16);
  for (const auto& patch : report.patches) {
    kernels.push_back({{fmt::format("patch {}", patch.number),
                        patch.commit,
                        series,
                        patch.subject},
                       report.base_commit});
  }
  return kernels;
}

/// The node of a cell's kernel; nothing for what is none.
static std::optional<Node> node_of(const std::string& kernel,
                                   const JobReport& report)
{
  if (kernel == "base") {
    return Node{0};
  }
  if (kernel == "series") {
    return static_cast<Node>(report.patches.size());
  }
  for (const auto& patch : report.patches) {
    if (kernel == fmt::format("patch {}", patch.number)) {
      return static_cast<Node>(patch.number);
    }
  }
  return std::nullopt;
}

static std::vector<double> ranking_of(const Quarry& quarry,
                                      const JobReport& report)
{
  std::vector<double> weights(report.patches.size(), 0);
  bool any = false;
  for (const auto* cell : quarry.cells) {
    for (const auto& suspect : cell->suspects) {
      const auto place = suspect.patch.number - 1;
      if (place < weights.size()) {
        weights[place] = std::max(weights[place], suspect.probability);
        any = true;
      }
    }
  }
  return any ? weights : std::vector<double>();
}

/// The plan's run and build of a cell.
static const PlannedRun* planned_run(const Plan& plan, const Cell& cell)
{
  for (const auto& run : plan.runs) {
    if (run.label.target == cell.target && run.label.kernel == cell.kernel &&
        run.label.kconfig == cell.kconfig &&
        run.label.workload == cell.workload && !run.selftests) {
      return &run;
    }
  }
  return nullptr;
}

/// What the job has seen already counts.
static Status add_own_runs(const JobWork& work,
                           const JobReport& report,
                           Case& found,
                           Journal& journal)
{
  const auto& channels = found.channels();
  for (const auto& [label, outcome] : work.observations()) {
    const auto channel =
        channel_of(label.target, label.kconfig, label.workload);
    const auto node = node_of(label.kernel, report);
    if (!node || std::find(channels.begin(), channels.end(), channel) ==
                     channels.end()) {
      continue;
    }
    auto record = record_of(outcome, found.signature());
    record.number = found.next_number();
    record.commit = found.range().commits.at(*node).id;
    record.channel = channel;
    TRY(journal.add(record));
    TRY(found.add(record));
  }
  return Ok{};
}

static PatchInfo patch_at(const JobReport& report, Node node)
{
  return report.patches.at(node - 1);
}

static BisectedCrash
result_of(const Quarry& quarry, const Case& found, const JobReport& report)
{
  const auto answer = found.bisection().answer();
  BisectedCrash result;
  result.title = quarry.title;
  result.signature = quarry.signature;
  result.conclusion = answer.conclusion == Conclusion::culprit ? "culprit"
                      : answer.conclusion == Conclusion::base_has_it
                          ? "base-has-it"
                      : answer.conclusion == Conclusion::not_here ? "not-here"
                                                                  : "undecided";
  result.probability = answer.probability;
  if (answer.conclusion == Conclusion::culprit) {
    for (const auto node : answer.culprits) {
      result.culprits.push_back(patch_at(report, node));
    }
  }
  for (const auto node : answer.candidates) {
    result.candidates.push_back(patch_at(report, node));
  }
  result.candidates_mass = answer.candidates_mass;
  const auto posterior = found.bisection().posterior();
  for (std::size_t i = 1; i <= report.patches.size(); ++i) {
    result.posterior.push_back(posterior.at(i));
  }
  result.runs = found.runs();
  result.builds = found.builds();
  for (std::size_t i = 0; i < found.channels().size(); ++i) {
    const auto& rates = answer.rates.at(i);
    result.rates.push_back({found.channels()[i],
                            static_cast<unsigned>(rates.after.crashes),
                            static_cast<unsigned>(rates.after.passes),
                            static_cast<unsigned>(rates.before.crashes),
                            static_cast<unsigned>(rates.before.passes)});
  }
  return result;
}

static KernelProberSetup prober_setup(const PreparedJob& prepared,
                                      const Quarry& quarry,
                                      const EngineContext& context,
                                      const JobReport& report)
{
  KernelProberSetup setup;
  setup.context = &context;
  setup.kernels = kernels_of(report);
  setup.accelerators = prepared.accelerators;
  setup.slots = or_cpus(context.config.parallel_guests);
  setup.signature = quarry.signature;
  for (const auto* cell : quarry.cells) {
    const auto* run = planned_run(prepared.plan, *cell);
    setup.runs.push_back(*run);
    setup.builds.push_back(prepared.plan.builds.at(run->build));
  }
  return setup;
}

static Result<Case> case_of(const Quarry& quarry, const JobReport& report)
{
  CaseSetup setup;
  setup.range = range_of(report);
  setup.channels.clear();
  for (const auto* cell : quarry.cells) {
    setup.channels.push_back(
        channel_of(cell->target, cell->kconfig, cell->workload));
  }
  setup.signature = quarry.signature;
  setup.ranking = ranking_of(quarry, report);
  return Case::make(std::move(setup));
}

/// What is bisected, in one line: another one has another journal.
static std::string head_of(const Quarry& quarry, const JobReport& report)
{
  std::string channels;
  for (const auto* cell : quarry.cells) {
    channels += "," + channel_of(cell->target, cell->kconfig, cell->workload);
  }
  return fmt::format(
      R"({{"kind":"series-bisection","version":1,"base":"{}","tip":"{}",)"
      R"("signature":"{}","channels":"{}"}})",
      report.base_commit,
      report.patches.back().commit,
      sha256_hex(quarry.signature).substr(0, 16),
      sha256_hex(channels).substr(0, 16));
}

namespace {

/// Tells the job's observer what is thought.
class HuntNotes final : public HuntObserver
{
public:
  explicit HuntNotes(Observer& observer) : observer_(observer) {}

  void recorded(const Case& found, const Record&) override
  {
    const auto answer = found.bisection().answer();
    if (answer.candidates.empty()) {
      return;
    }
    const auto likeliest = answer.candidates.front();
    observer_.note(
        fmt::format("bisect: run {}: patch {} likeliest, {:.0f}%",
                    found.runs(),
                    likeliest,
                    100 * found.bisection().posterior().at(likeliest)));
  }

private:
  Observer& observer_;
};

} // namespace

static Status bisect_one(const Quarry& quarry,
                         const JobWork& work,
                         KernelProberSetup setup,
                         JobReport& report)
{
  TRY_ASSIGN(auto found, case_of(quarry, report));
  const auto head = head_of(quarry, report);
  constexpr std::size_t length = 12;
  const auto folder =
      setup.context->state.bisections() / sha256_hex(head).substr(0, length);
  TRY(make_folder(folder));
  TRY_ASSIGN(const auto lock, FileLock::try_take(folder / "lock"));
  TRY_ASSIGN(auto journal, Journal::open(folder, head));
  for (const auto& record : journal.records()) {
    TRY(found.add(record));
  }
  TRY(add_own_runs(work, report, found, journal));
  setup.observer->note("bisect: " + quarry.title);
  HuntNotes notes(*setup.observer);
  const auto& stop = *setup.stop;
  HuntLimits limits;
  limits.max_runs = found.runs() + max_runs;
  const auto prober = make_kernel_prober(std::move(setup));
  TRY_ASSIGN(const auto end,
             hunt(found, *prober, journal, limits, notes, stop));
  if (end != HuntEnd::stopped) {
    report.bisections.push_back(result_of(quarry, found, report));
  }
  return Ok{};
}

void bisect_failures(const PreparedJob& prepared,
                     const JobWork& work,
                     const EngineContext& context,
                     Executor& executor,
                     Observer& observer,
                     const Stop& stop,
                     JobReport& report)
{
  if (report.patches.empty()) {
    return;
  }
  const auto tip = prepared.job.test == TestMode::tip
                       ? std::string("series")
                       : fmt::format("patch {}", report.patches.size());
  auto quarries = quarries_of(report, tip);
  for (auto& quarry : quarries) {
    std::erase_if(quarry.cells, [&](const Cell* cell) {
      return planned_run(prepared.plan, *cell) == nullptr;
    });
  }
  std::erase_if(quarries, [](auto& quarry) { return quarry.cells.empty(); });
  if (quarries.size() > max_bisections) {
    report.notes.push_back(fmt::format(
        "{} failures of the series differ; the first {} were bisected",
        quarries.size(),
        max_bisections));
    quarries.resize(max_bisections);
  }
  for (const auto& quarry : quarries) {
    auto setup = prober_setup(prepared, quarry, context, report);
    setup.executor = &executor;
    setup.observer = &observer;
    setup.stop = &stop;
    const auto done = bisect_one(quarry, work, std::move(setup), report);
    if (!done) {
      report.notes.push_back("not bisected: " + quarry.title + ": " +
                             done.error().message);
    }
  }
}

} // namespace oopsfarm
