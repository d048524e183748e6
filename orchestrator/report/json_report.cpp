// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_report.h"

#include "report/teardown.h"

#include <nlohmann/json.hpp>

namespace oopsfarm {

// Keys in the order of the documentation.
using Json = nlohmann::ordered_json;

static std::string line(const Json& json)
{
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

static Json job_object(const JobReport& report)
{
  Json patches = Json::array();
  for (const auto& patch : report.patches) {
    patches.push_back({{"number", patch.number},
                       {"subject", patch.subject},
                       {"commit", patch.commit}});
  }
  return {{"kind", "job"},
          {"name", report.job},
          {"tree", report.tree},
          {"base", report.base},
          {"base_commit", report.base_commit},
          {"mail",
           {{"subject", report.mail.subject},
            {"message_id", report.mail.message_id},
            {"author", report.mail.author}}},
          {"patches", patches},
          {"notes", report.notes},
          {"time_ms", report.time.count()}};
}

static Json build_object(const KernelBuild& build)
{
  return {{"kind", "build"},
          {"kernel", build.kernel},
          {"arch", to_string(build.arch)},
          {"kconfig", build.kconfig},
          {"verdict", to_string(build.outcome.verdict)},
          {"reused", build.reused},
          {"title", build.outcome.title},
          {"detail", build.outcome.detail},
          {"key", build.outcome.key},
          {"objects", build.outcome.objects},
          {"time_ms", build.outcome.time.count()}};
}

static Json results_of(const Cell& cell)
{
  Json list = Json::array();
  for (const auto& result : cell.results) {
    list.push_back({{"name", result.name},
                    {"ok", result.ok},
                    {"failed", result.failed},
                    {"skipped", result.skipped},
                    {"reason", result.reason}});
  }
  return list;
}

/// null when no teardown was timed.
static Json teardown_of(const Cell& cell)
{
  const auto times = teardown_of_cell(cell);
  if (times.count == 0) {
    return nullptr;
  }
  return {{"count", times.count},
          {"min", times.min},
          {"median", times.median},
          {"p99", times.p99},
          {"max", times.max},
          {"sample", teardown_sample(cell)}};
}

static Json suspects_of(const Cell& cell)
{
  Json list = Json::array();
  for (const auto& suspect : cell.suspects) {
    list.push_back({{"patch", suspect.patch.number},
                    {"commit", suspect.patch.commit},
                    {"subject", suspect.patch.subject},
                    {"probability", suspect.probability},
                    {"reasons", suspect.reasons}});
  }
  return list;
}

static Json cell_object(const Cell& cell)
{
  return {{"kind", "cell"},
          {"target", cell.target},
          {"kernel", cell.kernel},
          {"kconfig", cell.kconfig},
          {"workload", cell.workload},
          {"verdict", to_string(cell.verdict)},
          {"title", cell.title},
          {"observations", cell.observations},
          {"failures", cell.failures},
          {"run_ids", cell.run_ids},
          {"run_id", cell.run_id},
          {"first_line", cell.first_line},
          {"detail", cell.detail},
          {"infra_failures", cell.infra_failures},
          {"kills", cell.kills},
          {"time_ms", cell.time.count()},
          {"teardown_us", teardown_of(cell)},
          {"results", results_of(cell)},
          {"signatures", cell.signatures},
          {"base_has_it", cell.base_has_it},
          {"suspects", suspects_of(cell)}};
}

static Json commits_of(const std::vector<PatchInfo>& patches)
{
  auto list = Json::array();
  for (const auto& patch : patches) {
    list.push_back({{"commit", patch.commit},
                    {"subject", patch.subject},
                    {"patch", patch.number}});
  }
  return list;
}

static Json others_of(const BisectedCrash& crash)
{
  auto list = Json::array();
  for (const auto& [title, runs] : crash.other_crashes) {
    list.push_back({{"title", title}, {"runs", runs}});
  }
  return list;
}

/// null where the culprit was not checked.
static Json check_of(const BisectedCrash& crash)
{
  if (crash.checks.empty()) {
    return nullptr;
  }
  const auto& check = crash.checks.front();
  return {{"commit", check.commit},
          {"why_not", check.why_not},
          {"runs", check.runs},
          {"crashes", check.crashes},
          {"confirms", check.confirms}};
}

static Json bisection_object(const BisectedCrash& crash)
{
  auto rates = Json::array();
  for (const auto& each : crash.rates) {
    rates.push_back({{"channel", each.channel},
                     {"crashes_with", each.crashes_with},
                     {"passes_with", each.passes_with},
                     {"crashes_without", each.crashes_without},
                     {"passes_without", each.passes_without},
                     {"affected", each.affected}});
  }
  const auto culprits = commits_of(crash.culprits);
  return {{"kind", "bisection"},
          {"culprit", culprits.empty() ? Json() : culprits.front()},
          {"culprits", culprits},
          {"conclusion", crash.conclusion},
          {"probability", crash.probability},
          {"candidates", commits_of(crash.candidates)},
          {"candidates_mass", crash.candidates_mass},
          {"runs", crash.runs},
          {"builds", crash.builds},
          {"title", crash.title},
          {"signature", crash.signature},
          {"rates", rates},
          {"mode", crash.mode},
          {"fixed", crash.is_fix},
          {"id", crash.id},
          {"end", crash.end},
          {"confidence", crash.confidence},
          {"signatures", crash.signatures},
          {"posterior", crash.posterior},
          {"changes", commits_of(crash.changes)},
          {"base_has_it", crash.base_has_it},
          {"not_here", crash.not_here},
          {"other_crashes", others_of(crash)},
          {"scope", crash.scope},
          {"check", check_of(crash)},
          {"change", crash.change}};
}

std::string json_cells(const JobReport& report)
{
  auto text = line(job_object(report));
  for (const auto& build : report.builds) {
    text += line(build_object(build));
  }
  for (const auto& crash : report.bisections) {
    text += line(bisection_object(crash));
  }
  for (const auto& cell : report.cells) {
    text += line(cell_object(cell));
  }
  return text;
}

} // namespace oopsfarm
