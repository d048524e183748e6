// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_question.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "model/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace oopsfarm {

static nlohmann::ordered_json list_of(const std::vector<Commit>& commits)
{
  auto list = nlohmann::ordered_json::array();
  for (const auto& commit : commits) {
    list.push_back({{"commit", commit.id}, {"subject", commit.subject}});
  }
  return list;
}

std::string to_json(const KernelHead& head)
{
  using Json = nlohmann::ordered_json;
  const Json json = {{"kind", "kernel-bisection"},
                     {"version", 1},
                     {"mode", head.mode},
                     {"git_dir", head.git_dir.string()},
                     {"good", head.good},
                     {"bad", head.bad},
                     {"fixed", head.is_reverse},
                     {"kernels", list_of(head.kernels)},
                     {"changes", list_of(head.changes)},
                     {"channels", head.channels},
                     {"signatures", head.signatures},
                     {"titles", head.titles},
                     {"inputs", head.inputs}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::filesystem::path bisection_folder(const StatePaths& state,
                                       const std::string& head)
{
  constexpr std::size_t length = 12;
  return state.bisections() / sha256_hex(head).substr(0, length);
}

static void
read_list(JsonReader& in, const char* key, std::vector<Commit>& commits)
{
  in.objects(key, [&](JsonReader& item) {
    auto& commit = commits.emplace_back();
    item.text("commit", commit.id);
    item.text("subject", commit.subject);
  });
}

Result<KernelHead> parse_kernel_head(std::string_view line)
{
  TRY_ASSIGN(auto in, JsonReader::parse(line));
  KernelHead head;
  in.constant("kind", "kernel-bisection");
  in.version(1);
  in.text("mode", head.mode);
  in.path("git_dir", head.git_dir);
  in.text("good", head.good);
  in.text("bad", head.bad);
  in.flag("fixed", head.is_reverse);
  read_list(in, "kernels", head.kernels);
  read_list(in, "changes", head.changes);
  in.texts("channels", head.channels);
  in.texts("signatures", head.signatures);
  in.texts("titles", head.titles);
  in.text("inputs", head.inputs);
  TRY(in.finish());
  const bool is_whole =
      head.kernels.empty()
          ? head.changes.empty()
          : head.kernels.size() >= 2 &&
                (head.changes.empty() ||
                 head.changes.size() + 1 == head.kernels.size());
  if (!is_whole || head.channels.empty()) {
    return user_error("not the beginning of a bisection of kernels");
  }
  return head;
}

Result<CaseSetup> setup_of(const KernelHead& head,
                           const Repository& repository,
                           double confidence)
{
  CaseSetup setup;
  if (!head.kernels.empty()) {
    setup.range = line_of(head.kernels, head.changes);
  } else if (head.is_reverse) {
    TRY_ASSIGN(setup.range,
               read_reverse_range(repository, head.bad, head.good));
  } else {
    TRY_ASSIGN(setup.range, read_range(repository, head.good, head.bad));
  }
  setup.channels = head.channels;
  setup.signatures = head.signatures;
  setup.titles = head.titles;
  // A series' bisection is told one signature of those that its runs showed.
  setup.may_join =
      head.mode == "series" || (head.signatures.empty() && head.titles.empty());
  setup.confidence = confidence;
  return setup;
}

/// Whatever makes runs of one kernel differ, in one text.
static std::string inputs_of(const std::vector<ProbeChannel>& channels)
{
  std::string text;
  for (const auto& channel : channels) {
    const auto& spec = channel.build.spec;
    const auto& run = channel.run;
    text += fmt::format("{}\n{}\n{}\n{}\n{}\n",
                        channel.name,
                        spec.fragments_hash,
                        spec.toolchain,
                        run.image.hash,
                        describe(run.race));
    for (const auto& [name, value] : run.workload.params) {
      text += name + "=" + value + "\n";
    }
    text += join(run.target.cmdline, " ") + "\n";
  }
  return sha256_hex(text).substr(0, 16);
}

void complete_head(const std::filesystem::path& git_dir,
                   KernelQuestion& question)
{
  auto& head = question.head;
  head.git_dir = git_dir;
  head.good = question.range.commits.front().id;
  head.bad = question.range.commits.back().id;
  head.is_reverse = question.range.is_reverse;
  if (head.mode != "range") {
    head.kernels = question.range.commits;
    head.changes = question.range.changes;
  }
  head.channels.clear();
  for (const auto& channel : question.channels) {
    head.channels.push_back(channel.name);
  }
  head.inputs = inputs_of(question.channels);
}

std::string commit_name(const std::string& id)
{
  constexpr std::size_t length = 12;
  return "commit " + id.substr(0, length);
}

Status take_channels(const PreparedJob& prepared,
                     const std::string& kernel,
                     const BisectWishes& wishes,
                     const EngineContext& context,
                     KernelQuestion& question)
{
  const auto& wanted = wishes.workloads;
  question.channels = channels_of(prepared.plan, kernel);
  std::vector<std::string> known;
  for (const auto& workload : prepared.job.workloads) {
    known.push_back(workload.name);
  }
  for (const auto& name : wanted) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return user_error(fmt::format("the job has no workload '{}'; {}",
                                    printable(name, 80),
                                    suggest(name, known)));
    }
  }
  std::erase_if(question.channels, [&](const ProbeChannel& channel) {
    return !wanted.empty() &&
           std::find(wanted.begin(),
                     wanted.end(),
                     channel.run.label.workload) == wanted.end();
  });
  constexpr std::size_t most = 16;
  if (question.channels.size() > most) {
    return user_error(
        fmt::format("the job has {} pairs of targets, kconfigs and workloads, "
                    "{} at most can be bisected at once; name fewer with "
                    "--target and --workload",
                    question.channels.size(),
                    most));
  }
  question.accelerators = prepared.accelerators;
  question.targets = context.targets;
  question.head.signatures = wishes.signatures;
  question.head.titles = wishes.titles;
  question.confidence = wishes.confidence;
  question.limits = wishes.limits;
  question.title = wishes.titles.empty() ? "" : wishes.titles.front();
  return Ok{};
}

Result<KernelQuestion> ask_range(const Job& job,
                                 const std::string& good,
                                 const std::string& bad,
                                 bool is_reverse,
                                 const BisectWishes& wishes,
                                 const EngineContext& context,
                                 Observer& observer,
                                 const Stop& stop)
{
  KernelQuestion question;
  question.head.mode = "range";
  TRY_ASSIGN(const auto repository, open_tree(context, job.tree, stop));
  if (is_reverse) {
    TRY_ASSIGN(question.range, read_reverse_range(repository, bad, good));
  } else {
    TRY_ASSIGN(question.range, read_range(repository, good, bad));
  }
  if (!question.range.is_descent) {
    log::warning("neither end is an ancestor of the other: what the older one "
                 "has and the newer one has not is not looked at");
  }
  // How the bad end is built and run is how all are.
  auto like = job;
  like.series.clear();
  like.base = bad;
  TRY_ASSIGN(const auto prepared, prepare_job(like, context, observer, stop));
  TRY(take_channels(prepared, "base", wishes, context, question));
  for (const auto& commit : question.range.commits) {
    ProbedKernel kernel;
    kernel.source = {commit_name(commit.id), commit.id, "", commit.subject};
    question.kernels.push_back(std::move(kernel));
  }
  complete_head(repository.git_dir(), question);
  return question;
}

} // namespace oopsfarm
