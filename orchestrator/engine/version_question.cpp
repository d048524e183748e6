// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/version_question.h"

#include "base/strings.h"
#include "series/apply.h"
#include "series/load.h"
#include "series/range_diff.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace {

/// One version, applied.
struct Version
{
  Series series;
  ApplyResult applied;
};

/// Makes the kernels between two versions.
class Hybrids
{
public:
  Hybrids(const Repository& repository,
          std::filesystem::path worktrees,
          const Version& old_one,
          const Version& new_one)
      : repository_(repository), worktrees_(std::move(worktrees)),
        old_(old_one), new_(new_one), base_(new_one.applied.base)
  {
  }

  Status make(const std::vector<VersionStep>& steps, KernelQuestion& question)
  {
    std::vector<Commit> kernels = {
        {old_.applied.tip(), "the whole old version"}};
    std::vector<Commit> changes;
    add_kernel(kernels.front(), "", question);
    TRY_ASSIGN(auto tree, tree_of(old_.applied.tip()));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto& step = steps[i];
      TRY_ASSIGN(const auto hybrid, hybrid_of(step, i + 1 == steps.size()));
      std::string own_tree;
      if (!hybrid.failure) {
        TRY_ASSIGN(own_tree, tree_of(hybrid.tip()));
        if (own_tree == tree) {
          continue; // its words were changed, and nothing else
        }
        tree = own_tree;
      }
      const auto name = name_of(step);
      const auto why_not =
          hybrid.failure
              ? fmt::format("the hybrid up to {} does not apply: {}",
                            name,
                            describe(*hybrid.failure, hybrid.patches.size()))
              : std::string();
      kernels.push_back(
          {hybrid.failure ? fmt::format("hybrid-{}", i + 1) : hybrid.tip(),
           "the new version up to " + name});
      add_kernel(kernels.back(), why_not, question);
      changes.push_back({commit_of(step), name});
      question.texts.push_back(text_of(step));
    }
    if (changes.empty()) {
      return user_error("the two versions make the same source");
    }
    question.range = line_of(std::move(kernels), std::move(changes));
    return Ok{};
  }

private:
  Result<std::string> tree_of(const std::string& commit) const
  {
    TRY_ASSIGN(const auto text,
               repository_.git().output(repository_.call(
                   {"rev-parse", "--verify", commit + "^{tree}"})));
    return std::string(trim(text));
  }

  /// The last one is the new version itself.
  Result<ApplyResult> hybrid_of(const VersionStep& step, bool is_last) const
  {
    if (is_last) {
      return new_.applied;
    }
    const auto& onto =
        step.new_patches == 0
            ? base_
            : new_.applied.patches.at(step.new_patches - 1).commit;
    Series rest;
    for (const auto number : step.old_patches) {
      auto patch = old_.series.patches.at(number - 1);
      patch.number = static_cast<unsigned>(rest.patches.size() + 1);
      rest.patches.push_back(std::move(patch));
    }
    return apply_series(repository_, onto, rest, worktrees_);
  }

  /// "patch 3/5 'mm: …' (changed)".
  std::string name_of(const VersionStep& step) const
  {
    const bool is_new = step.pair.after != 0;
    return fmt::format("patch {}/{} '{}' ({})",
                       is_new ? step.pair.after : step.pair.before,
                       (is_new ? new_ : old_).applied.patches.size(),
                       step.pair.subject,
                       describe(step));
  }

  std::string commit_of(const VersionStep& step) const
  {
    return step.pair.after != 0
               ? new_.applied.patches.at(step.pair.after - 1).commit
               : old_.applied.patches.at(step.pair.before - 1).commit;
  }

  static std::string text_of(const VersionStep& step) { return step.pair.diff; }

  void add_kernel(const Commit& commit,
                  const std::string& why_not,
                  KernelQuestion& question) const
  {
    ProbedKernel kernel;
    kernel.source.name = fmt::format("hybrid {}", question.kernels.size());
    kernel.source.commit = commit.id;
    // One name for all: each builds on the objects of the one before.
    kernel.source.series = new_.applied.tip().substr(0, 16);
    kernel.source.subject = commit.subject;
    kernel.base = base_;
    kernel.why_not = why_not;
    question.kernels.push_back(std::move(kernel));
  }

  const Repository& repository_;
  std::filesystem::path worktrees_;
  const Version& old_;
  const Version& new_;
  std::string base_;
};

Result<Version> apply_version(const Repository& repository,
                              const std::string& base,
                              const std::vector<std::string>& sources,
                              const TwoVersions& versions,
                              const EngineContext& context,
                              const char* which)
{
  Version version;
  TRY_ASSIGN(version.series, load_series(sources, versions.folder, repository));
  TRY_ASSIGN(version.applied,
             apply_series(
                 repository, base, version.series, context.state.worktrees()));
  if (version.applied.failure) {
    return user_error(fmt::format(
        "the {} version: {}",
        which,
        describe(*version.applied.failure, version.applied.patches.size())));
  }
  return version;
}

} // namespace

Result<KernelQuestion> ask_versions(const Job& job,
                                    const TwoVersions& versions,
                                    const BisectWishes& wishes,
                                    const EngineContext& context,
                                    Observer& observer,
                                    const Stop& stop)
{
  TRY_ASSIGN(const auto repository, open_tree(context, job.tree, stop));
  auto wanted = job.base;
  if (wanted.empty()) {
    TRY_ASSIGN(wanted, repository.newest_tag());
  }
  TRY_ASSIGN(const auto base, repository.resolve(wanted));
  const auto apply = [&](const auto& sources, const char* which) {
    return apply_version(repository, base, sources, versions, context, which);
  };
  TRY_ASSIGN(const auto old_one, apply(versions.good, "good"));
  TRY_ASSIGN(const auto new_one, apply(versions.bad, "bad"));
  TRY_ASSIGN(const auto pairs,
             pair_patches(repository,
                          base,
                          old_one.applied.tip(),
                          base,
                          new_one.applied.tip()));
  KernelQuestion question;
  question.head.mode = "versions";
  Hybrids hybrids(repository, context.state.worktrees(), old_one, new_one);
  TRY(hybrids.make(
      steps_between(pairs,
                    static_cast<unsigned>(old_one.applied.patches.size())),
      question));
  auto like = job;
  like.base = base;
  like.series = versions.bad;
  like.file = versions.folder / "job.yaml"; // what its paths are relative to
  like.test = TestMode::tip;
  TRY_ASSIGN(const auto prepared, prepare_job(like, context, observer, stop));
  TRY(take_channels(prepared, "series", wishes, context, question));
  complete_head(repository.git_dir(), question);
  return question;
}

} // namespace oopsfarm
