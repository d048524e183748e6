// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/job_file.h"

#include "base/strings.h"
#include "jobfile/kernel_parameters.h"
#include "jobfile/load.h"
#include "jobfile/map_reader.h"
#include "jobfile/values.h"
#include "jobfile/workload_request.h"
#include "jobfile/yaml_tree.h"
#include "schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace oopsfarm {

static constexpr unsigned max_repeat = 1000;

/// What git's revisions consist of (gitrevisions(7)), without what only makes
/// sense in a working tree; a leading dash would be an option.
static bool is_commit_ish(const std::string& text)
{
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "._/~^@{}+-";
  return text.size() <= 200 && text.front() != '-' &&
         text.find_first_not_of(allowed) == std::string::npos &&
         text.find("..") == std::string::npos;
}

static void read_base(const YamlNode& node, Job& job, Problems& problems)
{
  const auto base = read_text(node, "base", problems);
  if (base && !is_commit_ish(*base)) {
    problems.add(node,
                 fmt::format("'base' wants a commit, tag or branch, not {}",
                             quote(*base)));
  } else if (base) {
    job.base = *base;
  }
}

static void read_series(const YamlNode& node, Job& job, Problems& problems)
{
  const auto* items = read_list(node, "series", "[fix.mbox]", problems);
  if (items == nullptr) {
    return;
  }
  for (const auto& item : *items) {
    const auto source = read_text(item, "series", problems);
    if (source && source->front() == '-') {
      problems.add(item,
                   fmt::format("'series' wants mailboxes, folders or ranges; "
                               "{} starts with a dash (write ./{})",
                               quote(*source),
                               printable(*source, 80)));
    } else if (source) {
      job.series.push_back(*source);
    }
  }
}

/// A list of names that must all be known and differ from each other. `noun`
/// is what one of them is.
static std::vector<std::string>
read_known_names(const YamlNode& node,
                 const std::string& key,
                 const std::string& noun,
                 const std::vector<std::string>& known,
                 Problems& problems)
{
  std::vector<std::string> names;
  const auto example = known.empty() ? "[name]" : "[" + known.front() + "]";
  const auto* items = read_list(node, key, example, problems);
  if (items == nullptr) {
    return names;
  }
  if (items->empty()) {
    problems.add(node, fmt::format("'{}' is empty; name at least one", key));
  }
  for (const auto& item : *items) {
    const auto name = read_text(item, key, problems);
    if (!name) {
      continue;
    }
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      problems.add(
          item,
          fmt::format(
              "unknown {} {}; {}", noun, quote(*name), suggest(*name, known)));
    } else if (std::find(names.begin(), names.end(), *name) != names.end()) {
      problems.add(item, fmt::format("{} '{}' is listed twice", noun, *name));
    } else {
      names.push_back(*name);
    }
  }
  return names;
}

/// Cells and --json name a workload by its name alone, so each may be there
/// once.
static void read_workloads(const YamlNode& node,
                           const std::vector<WorkloadInfo>& known,
                           Job& job,
                           Problems& problems)
{
  const auto* items = read_list(node, "workloads", "[memcg]", problems);
  if (items == nullptr) {
    return;
  }
  if (items->empty()) {
    problems.add(node, "'workloads' is empty; name at least one");
  }
  for (const auto& item : *items) {
    auto workload = read_workload_request(item, known, problems);
    if (!workload) {
      continue;
    }
    const bool is_doubled = std::any_of(
        job.workloads.begin(), job.workloads.end(), [&](const Workload& w) {
          return w.name == workload->name;
        });
    if (is_doubled) {
      problems.add(
          item, fmt::format("workload '{}' is listed twice", workload->name));
    } else {
      job.workloads.push_back(std::move(*workload));
    }
  }
}

static void read_what(MapReader& reader, Job& job, Problems& problems)
{
  if (const auto* node = reader.need("name")) {
    job.name = read_name(*node, "name", problems).value_or("");
  }
  if (const auto* node = reader.need("tree")) {
    job.tree = read_name(*node, "tree", problems).value_or("");
  }
  if (const auto* node = reader.find("base")) {
    read_base(*node, job, problems);
  }
  if (const auto* node = reader.find("series")) {
    read_series(*node, job, problems);
  }
  if (const auto* node = reader.find("test")) {
    const auto mode =
        read_choice(*node, "test", {"tip", "each-patch"}, problems);
    job.test = mode == 1U ? TestMode::each_patch : TestMode::tip;
  }
}

std::string why_impossible(const Catalogue& catalogue,
                           const std::string& kconfig,
                           const std::string& target)
{
  for (const auto& item : catalogue.impossible) {
    if (item.kconfig == kconfig && item.target == target) {
      return fmt::format(
          "kconfig '{}' can't be had on {}: {}", kconfig, target, item.reason);
    }
  }
  return "";
}

/// Says where a kconfig stands that one of the targets can't have. `node` is
/// the list of kconfigs.
static void check_pairs(const YamlNode& node,
                        const Catalogue& catalogue,
                        const Job& job,
                        Problems& problems)
{
  for (const auto& item : node.items) {
    for (const auto& target : job.targets) {
      const auto why = why_impossible(catalogue, item.text, target);
      if (!why.empty()) {
        problems.add(item, why);
      }
    }
  }
}

static void read_where(MapReader& reader,
                       const Catalogue& catalogue,
                       Job& job,
                       Problems& problems)
{
  if (const auto* node = reader.need("targets")) {
    job.targets = read_known_names(
        *node, "targets", "target", catalogue.targets, problems);
  }
  if (const auto* node = reader.need("kconfigs")) {
    job.kconfigs = read_known_names(
        *node, "kconfigs", "kconfig", catalogue.kconfigs, problems);
    check_pairs(*node, catalogue, job, problems);
  }
  if (const auto* node = reader.need("workloads")) {
    read_workloads(*node, catalogue.workloads, job, problems);
  }
}

/// `schedule` and `timezone`: when a nightly is due.
static void read_schedule(MapReader& reader, Job& job, Problems& problems)
{
  const auto* node = reader.find("schedule");
  const auto* zone = reader.find("timezone");
  if (node != nullptr) {
    job.schedule = read_text(*node, "schedule", problems).value_or("");
    const auto checked = parse_cron(job.schedule);
    if (!job.schedule.empty() && !checked) {
      problems.add(*node, "'schedule': " + checked.error().message);
    }
  }
  if (zone != nullptr) {
    const auto name = read_text(*zone, "timezone", problems).value_or("");
    const auto checked = check_zone(name);
    if (!name.empty() && !checked) {
      problems.add(*zone, "'timezone': " + checked.error().message);
    } else if (node == nullptr) {
      problems.add(*zone, "'timezone' is of use beside 'schedule' alone");
    } else {
      job.schedule = schedule_in_zone(job.schedule, name);
    }
  }
}

/// Kernels of ours have no more: CONFIG_NR_CPUS in kconfigs/common.config.
static constexpr unsigned max_vcpus = 8;

static bool
read_switch(MapReader& reader, const std::string& key, Problems& problems)
{
  const auto* node = reader.find(key);
  return node != nullptr &&
         read_choice(*node, key, {"false", "true"}, problems) == 1U;
}

static void read_race(const YamlNode& node, Job& job, Problems& problems)
{
  MapReader reader(node, "'race'", problems);
  if (const auto* vcpus = reader.find("vcpus")) {
    job.race.vcpus = static_cast<unsigned>(
        read_integer(*vcpus, "vcpus", 2, max_vcpus, problems).value_or(0));
  }
  job.race.pauses = read_switch(reader, "pauses", problems);
  job.race.one_cpu = read_switch(reader, "one_cpu", problems);
  reader.finish();
}

static std::string
read_end(MapReader& reader, const std::string& key, Problems& problems)
{
  const auto* node = reader.need(key);
  const auto end =
      node == nullptr ? std::nullopt : read_text(*node, key, problems);
  if (end && !is_commit_ish(*end)) {
    problems.add(*node,
                 fmt::format("'{}' wants a commit, tag or branch, not {}",
                             key,
                             quote(*end)));
    return "";
  }
  return end.value_or("");
}

static std::vector<std::string>
read_texts(MapReader& reader, const std::string& key, Problems& problems)
{
  std::vector<std::string> texts;
  const auto* node = reader.find(key);
  const auto* items =
      node == nullptr ? nullptr : read_list(*node, key, "[text]", problems);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    if (const auto text = read_text((*items)[i], key, problems)) {
      texts.push_back(*text);
    }
  }
  return texts;
}

/// A job that bisects between two commits, and does nothing else.
static void read_bisection(const YamlNode& node, Job& job, Problems& problems)
{
  MapReader reader(node, "'bisect'", problems);
  auto& wish = job.bisection;
  wish.good = read_end(reader, "good", problems);
  wish.bad = read_end(reader, "bad", problems);
  wish.is_reverse = read_switch(reader, "fixed", problems);
  wish.signatures = read_texts(reader, "signatures", problems);
  wish.titles = read_texts(reader, "titles", problems);
  const auto read_some = [&](const std::string& key,
                             const std::vector<std::string>& known) {
    const auto* names = reader.find(key);
    return names == nullptr
               ? std::vector<std::string>()
               : read_known_names(*names, key, "name", known, problems);
  };
  std::vector<std::string> workloads;
  for (const auto& workload : job.workloads) {
    workloads.push_back(workload.name);
  }
  wish.targets = read_some("targets", job.targets);
  wish.kconfigs = read_some("kconfigs", job.kconfigs);
  wish.workloads = read_some("workloads", workloads);
  reader.finish();
}

static void read_how(MapReader& reader, Job& job, Problems& problems)
{
  if (const auto* node = reader.find("repeat")) {
    job.repeat = static_cast<unsigned>(
        read_integer(*node, "repeat", 1, max_repeat, problems).value_or(1));
  }
  if (const auto* node = reader.find("seed")) {
    constexpr auto max_seed =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    job.seed = read_integer(*node, "seed", 0, max_seed, problems).value_or(1);
  }
  if (const auto* node = reader.find("on_failure")) {
    const auto choice =
        read_choice(*node, "on_failure", {"report", "bisect"}, problems);
    job.on_failure = choice == 1U ? OnFailure::bisect : OnFailure::report;
  }
  if (const auto* node = reader.find("bisect")) {
    read_bisection(*node, job, problems);
  }
  job.memory_dump = read_switch(reader, "memory_dump", problems);
  if (const auto* node = reader.find("cmdline")) {
    job.cmdline = read_job_parameters(*node, problems);
  }
  if (const auto* node = reader.find("race")) {
    read_race(*node, job, problems);
  }
  read_schedule(reader, job, problems);
}

Result<Job> parse_job(std::string_view text,
                      const std::filesystem::path& file,
                      const Catalogue& catalogue)
{
  TRY_ASSIGN(const auto root, parse_yaml(text, file.string()));
  Problems problems(file.string());
  Job job;
  job.file = file;
  MapReader reader(root, "a job file", problems);
  read_what(reader, job, problems);
  read_where(reader, catalogue, job, problems);
  read_how(reader, job, problems);
  reader.finish();
  TRY(problems.status());
  return job;
}

Result<Job> read_job(const std::filesystem::path& file,
                     const Catalogue& catalogue)
{
  TRY_ASSIGN(const auto text, load_yaml_text(file));
  return parse_job(text, file, catalogue);
}

} // namespace oopsfarm
