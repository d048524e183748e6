// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/series_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

static void add_kernels(const JobReport& report, KernelQuestion& question)
{
  std::vector<Commit> commits = {{report.base_commit, report.base}};
  question.kernels = {{{"base", report.base_commit}, ""}};
  const auto series = report.patches.back().commit.substr(0, 16);
  for (const auto& patch : report.patches) {
    commits.push_back({patch.commit, patch.subject});
    question.kernels.push_back({{fmt::format("patch {}", patch.number),
                                 patch.commit,
                                 series,
                                 patch.subject},
                                report.base_commit});
  }
  question.range = line_of(std::move(commits), {});
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

/// What the job has seen already counts.
static std::vector<Record> records_of(const JobWork& work,
                                      const JobReport& report,
                                      const KernelQuestion& question)
{
  std::vector<Record> records;
  for (const auto& [label, outcome] : work.observations()) {
    const auto node = node_of(label.kernel, report);
    if (node) {
      auto record = record_of(outcome);
      record.commit = question.range.commits.at(*node).id;
      record.channel = channel_name(label);
      records.push_back(std::move(record));
    }
  }
  return records;
}

static KernelQuestion question_of(const Quarry& quarry,
                                  const PreparedJob& prepared,
                                  const JobWork& work,
                                  const EngineContext& context,
                                  const JobReport& report)
{
  KernelQuestion question;
  question.head.mode = "series";
  question.head.signatures = {quarry.signature};
  question.title = quarry.title;
  add_kernels(report, question);
  question.channels = channels_of(prepared.plan, quarry.cells.front()->kernel);
  std::erase_if(question.channels, [&](const ProbeChannel& channel) {
    return std::none_of(
        quarry.cells.begin(), quarry.cells.end(), [&](const Cell* cell) {
          const auto& label = channel.run.label;
          return cell->target == label.target &&
                 cell->kconfig == label.kconfig &&
                 cell->workload == label.workload;
        });
  });
  question.ranking = ranking_of(quarry, report);
  question.accelerators = prepared.accelerators;
  question.targets = context.targets;
  question.known = records_of(work, report, question);
  question.limits.max_runs = question.known.size() + max_runs;
  complete_head(context.state.tree(report.tree), question);
  return question;
}

std::vector<KernelQuestion> series_questions(const PreparedJob& prepared,
                                             const JobWork& work,
                                             const EngineContext& context,
                                             JobReport& report)
{
  std::vector<KernelQuestion> questions;
  if (report.patches.empty()) {
    return questions;
  }
  const auto tip = prepared.job.test == TestMode::tip
                       ? std::string("series")
                       : fmt::format("patch {}", report.patches.size());
  const auto quarries = quarries_of(report, tip);
  for (const auto& quarry : quarries) {
    if (questions.size() == max_bisections) {
      report.notes.push_back(fmt::format(
          "{} failures of the series differ; the first {} were bisected",
          quarries.size(),
          max_bisections));
      break;
    }
    auto question = question_of(quarry, prepared, work, context, report);
    if (!question.channels.empty()) {
      questions.push_back(std::move(question));
    }
  }
  return questions;
}

/// `wanted` are among `names`; none: all are.
static void keep_only(const std::vector<std::string>& wanted,
                      std::vector<std::string>& names)
{
  if (!wanted.empty()) {
    names = wanted;
  }
}

bool may_bisect(const Job& job)
{
  return job.on_failure == OnFailure::bisect || !job.bisection.good.empty();
}

Result<std::vector<KernelQuestion>> questions_of(const PreparedJob& prepared,
                                                 const JobWork& work,
                                                 const EngineContext& context,
                                                 Observer& observer,
                                                 const Stop& stop,
                                                 JobReport& report)
{
  const auto& job = prepared.job;
  std::vector<KernelQuestion> questions;
  if (!job.bisection.good.empty()) {
    const auto& wish = job.bisection;
    auto like = job;
    like.bisection = {};
    keep_only(wish.targets, like.targets);
    keep_only(wish.kconfigs, like.kconfigs);
    BisectWishes wishes;
    wishes.signatures = wish.signatures;
    wishes.titles = wish.titles;
    wishes.workloads = wish.workloads;
    TRY_ASSIGN(auto question,
               ask_range(like,
                         wish.good,
                         wish.bad,
                         wish.is_reverse,
                         wishes,
                         context,
                         observer,
                         stop));
    questions.push_back(std::move(question));
  } else if (job.on_failure == OnFailure::bisect) {
    questions = series_questions(prepared, work, context, report);
  }
  return questions;
}

} // namespace oopsfarm
