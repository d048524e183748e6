// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/kcidb.h"

#include "base/hash.h"
#include "base/strings.h"
#include "formats/mail_header.h"
#include "formats/markup.h"
#include "formats/words.h"
#include "report/series_words.h"
#include "report/teardown.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace oopsfarm {

namespace {

using Json = nlohmann::ordered_json;

/// Of all that we submit: [a-z0-9_]+.
constexpr const char* origin = "oopsfarm";

/// An id that the same names always give.
std::string id_of(std::initializer_list<std::string> names)
{
  constexpr std::size_t digits = 32;
  std::string all;
  for (const auto& name : names) {
    all += name + '\n';
  }
  return std::string(origin) + ":" + sha256_hex(all).substr(0, digits);
}

std::string checkout_id(const JobReport& report, const std::string& kernel)
{
  return id_of(
      {"checkout", report.base_commit, commit_of(report, kernel), kernel});
}

std::string build_id(const JobReport& report,
                     const std::string& kernel,
                     const std::string& arch,
                     const std::string& kconfig)
{
  return id_of({"build", checkout_id(report, kernel), arch, kconfig});
}

/// log_excerpt: at most 16384 characters.
std::string excerpt(const std::string& text)
{
  constexpr std::size_t most = 16'000;
  return xml_text(std::string_view(text).substr(0, most));
}

/// Kernels in the order of the report, each once.
std::vector<std::string> kernels_of(const JobReport& report)
{
  std::vector<std::string> kernels;
  const auto add = [&](const std::string& kernel) {
    if (std::find(kernels.begin(), kernels.end(), kernel) == kernels.end()) {
      kernels.push_back(kernel);
    }
  };
  for (const auto& build : report.builds) {
    add(build.kernel);
  }
  for (const auto& cell : report.cells) {
    add(cell.kernel);
  }
  return kernels;
}

const Cell* unapplied(const JobReport& report, const std::string& kernel)
{
  const auto found = std::find_if(
      report.cells.begin(), report.cells.end(), [&](const Cell& cell) {
        return cell.kernel == kernel && cell.verdict == Verdict::apply_failed;
      });
  return found == report.cells.end() ? nullptr : &*found;
}

Json checkout_of(const JobReport& report, const std::string& kernel)
{
  Json json = {{"id", checkout_id(report, kernel)}, {"origin", origin}};
  json["tree_name"] = report.tree;
  if (is_commit(report.base_commit)) {
    json["git_commit_hash"] = report.base_commit;
  }
  if (!report.base.empty()) {
    json["git_commit_name"] = report.base;
  }
  if (kernel == "base") {
    json["patchset_hash"] = "";
  } else if (is_message_id(report.mail.message_id)) {
    json["message_id"] = report.mail.message_id;
  }
  json["comment"] = under_test(report, kernel);
  if (const auto begin = begin_of(report); !begin.empty()) {
    json["start_time"] = begin;
  }
  const auto* failed = unapplied(report, kernel);
  json["valid"] = failed == nullptr;
  if (failed != nullptr) {
    json["log_excerpt"] = excerpt(failed->title + "\n" + failed->detail);
  }
  json["misc"] = {{"kernel", kernel}, {"commit", commit_of(report, kernel)}};
  if (kernel == tip_kernel(report)) {
    json["misc"]["words"] = series_words(report);
  }
  return json;
}

/// Why the build is to be looked at by others than its author.
std::string broken_words(const JobReport& report,
                         const std::vector<BrokenStep>& steps,
                         const KernelBuild& build)
{
  for (const auto& step : steps) {
    if (build.kernel == fmt::format("patch {}", step.patch.number) &&
        build.arch == step.arch && build.kconfig == step.kconfig) {
      return broken_step_text(report, step);
    }
  }
  return "";
}

Json build_of(const JobReport& report,
              const std::vector<BrokenStep>& steps,
              const KernelBuild& build)
{
  constexpr double thousand = 1000;
  const auto arch = std::string(to_string(build.arch));
  const auto& outcome = build.outcome;
  Json json = {
      {"checkout_id", checkout_id(report, build.kernel)},
      {"id", build_id(report, build.kernel, arch, build.kconfig)},
      {"origin", origin},
      {"architecture", arch},
      {"config_name", build.kconfig},
      {"duration", static_cast<double>(outcome.time.count()) / thousand}};
  if (outcome.verdict != Verdict::infra) { // else nobody knows
    json["valid"] = outcome.verdict == Verdict::pass;
  }
  auto comment = broken_words(report, steps, build);
  if (comment.empty()) {
    comment = outcome.title;
  }
  if (!comment.empty()) {
    json["comment"] = comment;
  }
  if (!outcome.detail.empty()) {
    json["log_excerpt"] = excerpt(outcome.detail);
  }
  json["misc"] = {{"key", outcome.key},
                  {"objects", outcome.objects},
                  {"reused", build.reused}};
  return json;
}

/// "oopsfarm.exec" from any name: [.a-zA-Z0-9_-]*.
std::string path_of(const std::string& workload)
{
  auto path = "oopsfarm." + workload;
  std::replace_if(
      path.begin(),
      path.end(),
      [](char c) {
        return std::string_view("abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
                   .find(c) == std::string_view::npos;
      },
      '_');
  return path;
}

const char* status_of(Verdict verdict)
{
  switch (verdict) {
  case Verdict::pass:
    return "PASS";
  case Verdict::skip:
    return "SKIP";
  case Verdict::infra:
    return "MISS";
  default:
    return "FAIL";
  }
}

/// The architecture is not among a cell's names, but a target's begins so.
std::string arch_of(const Cell& cell)
{
  for (const auto arch : {Arch::x86_64, Arch::ppc64le}) {
    if (cell.target.starts_with(to_string(arch))) {
      return to_string(arch);
    }
  }
  return "";
}

Json misc_of(const Cell& cell)
{
  Json misc = {{"verdict", to_string(cell.verdict)},
               {"kernel", cell.kernel},
               {"observations", cell.observations},
               {"failures", cell.failures},
               {"rate", rate_words(cell)},
               {"infra_failures", cell.infra_failures},
               {"kills", cell.kills},
               {"signatures", cell.signatures},
               {"run_ids", cell.run_ids},
               {"base_has_it", cell.base_has_it}};
  if (const auto times = teardown_of_cell(cell); times.count > 0) {
    misc["teardown_us"] = {{"count", times.count},
                           {"min", times.min},
                           {"median", times.median},
                           {"p99", times.p99},
                           {"max", times.max}};
  }
  if (const auto words = reproducer_of(cell); !words.empty()) {
    misc["reproducer"] = words;
  }
  return misc;
}

Json test_of(const JobReport& report, const Cell& cell)
{
  constexpr double thousand = 1000;
  const auto build = build_id(report, cell.kernel, arch_of(cell), cell.kconfig);
  const auto first = cell.run_ids.empty() ? "" : cell.run_ids.front();
  Json json = {
      {"build_id", build},
      {"id", id_of({"test", build, cell.target, cell.workload, first})},
      {"origin", origin},
      {"environment", {{"comment", "QEMU, " + cell.target}}},
      {"path", path_of(cell.workload)},
      {"status", status_of(cell.verdict)},
      {"waived", cell.base_has_it},
      {"duration", static_cast<double>(cell.time.count()) / thousand}};
  auto comment = title_of(cell);
  if (cell.base_has_it) {
    comment += std::string(": ") + base_has_it_words;
  }
  json["comment"] = comment;
  if (const auto begin = begin_of(cell); !begin.empty()) {
    json["start_time"] = begin;
  }
  if (is_kernel_failure(cell.verdict)) {
    json["log_excerpt"] = excerpt(excerpt_of(cell, 16'000));
  }
  json["misc"] = misc_of(cell);
  return json;
}

/// A build or an application that failed has no tests.
bool has_run(const Cell& cell)
{
  return cell.verdict != Verdict::build_failed &&
         cell.verdict != Verdict::apply_failed;
}

/// A list of objects, each id once: a report that was put together by others
/// may have a thing twice.
class ObjectList
{
public:
  void add(Json object)
  {
    if (ids_.insert(object["id"].get<std::string>()).second) {
      list_.push_back(std::move(object));
    }
  }

  Json take() { return std::move(list_); }

private:
  std::set<std::string> ids_;
  Json list_ = Json::array();
};

} // namespace

std::string kcidb_report(const JobReport& report)
{
  ObjectList checkouts;
  ObjectList builds;
  ObjectList tests;
  for (const auto& kernel : kernels_of(report)) {
    checkouts.add(checkout_of(report, kernel));
  }
  const auto steps = broken_steps(report);
  for (const auto& build : report.builds) {
    if (build.kconfig != "kselftest") { // programs, not a kernel
      builds.add(build_of(report, steps, build));
    }
  }
  for (const auto& cell : report.cells) {
    if (has_run(cell)) {
      tests.add(test_of(report, cell));
    }
  }
  const Json json = {{"version", {{"major", 4}, {"minor", 5}}},
                     {"checkouts", checkouts.take()},
                     {"builds", builds.take()},
                     {"tests", tests.take()}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace oopsfarm
