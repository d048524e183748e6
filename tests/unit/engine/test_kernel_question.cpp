// SPDX-License-Identifier: GPL-2.0-or-later
// Whole bisections of kernels on real git trees, with guests that are made up.
#include "engine/config_question.h"
#include "engine/kernel_hunt.h"
#include "engine/version_question.h"
#include "support/fake_executor.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>

using namespace oopsfarm;
using namespace oopsfarm::testing;
using test::FakeExecutor;
namespace fs = std::filesystem;

namespace {

class Silent final : public Observer
{
public:
  void note(const std::string&) override {}

  void planned(std::size_t, std::size_t) override {}

  void reused(const KernelBuild&) override {}

  void started(const StepLabel&) override {}

  void progress(const StepLabel&, const Progress&) override {}

  void built(const StepLabel&, const BuildOutcome&) override {}

  void ran(const StepLabel&, const RunOutcome&) override {}

  void tick() override {}
};

RunOutcome passes()
{
  RunOutcome outcome;
  outcome.verdict = Verdict::pass;
  outcome.wall = std::chrono::seconds(10);
  return outcome;
}

RunOutcome crashes(const std::string& signature)
{
  RunOutcome outcome;
  outcome.verdict = Verdict::crash;
  outcome.title = "kernel BUG in " + signature;
  outcome.wall = std::chrono::seconds(5);
  Finding finding;
  finding.title = outcome.title;
  finding.signature = signature;
  outcome.findings.push_back(finding);
  return outcome;
}

/// True in about `percent` of the seeds, and the same each time.
bool dice(std::uint64_t seed, unsigned percent)
{
  auto mixed = (seed + 1) * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed ^= mixed >> 27;
  return mixed % 100 < percent;
}

/// A farm with a tree, two targets and two flavours.
class Farm
{
public:
  Farm()
  {
    context.state.root = state.path();
    context.share.root = state.path() / "share";
    context.config.parallel_guests = 2;
    context.processes = &repo.processes;
    context.accelerator = [](Arch) { return Accelerator{}; };
    add_target("x86_64", Arch::x86_64, "");
    add_target("ppc64le-hash", Arch::ppc64le, "hash");
    const auto kconfigs = context.share.kconfigs();
    spit(kconfigs / "common.config", "CONFIG_SMP=y\n");
    spit(kconfigs / "calm.config", "CONFIG_A=y\nCONFIG_B=y\nCONFIG_D=n\n");
    spit(kconfigs / "wild.config",
         "CONFIG_A=y\nCONFIG_C=y\nCONFIG_D=y\nCONFIG_E=y\nCONFIG_B=n\n");
    job.name = "j";
    job.tree = "linux";
    job.targets = {"x86_64"};
    job.kconfigs = {"calm"};
    job.workloads = {{"memcg", {{"duration", "5"}}}};
  }

  /// The repository becomes the farm's tree.
  void publish()
  {
    repo.git({"clone",
              "--quiet",
              "--bare",
              repo.path().string(),
              context.state.tree("linux").string()});
  }

  using Guest = std::function<RunOutcome(const RunSpec&)>;

  /// Works the question to its end, or until `runs_left` are made.
  Status work(KernelQuestion question, const Guest& guest)
  {
    FakeExecutor executor(2, [&](const StepSpec& spec) {
      if (const auto* build = std::get_if<BuildSpec>(&spec)) {
        ++builds;
        return built(*build);
      }
      const auto& run = std::get<RunSpec>(spec);
      auto outcome = guest(run);
      outcome.run_id = run.run_id;
      outcome.seed = run.seed;
      ++runs[run.target.name];
      if (stop_after > 0 && --stop_after == 0) {
        stop->request(15);
        return std::string();
      }
      return to_json(outcome);
    });
    HuntObserver observer;
    hunt.reset();
    auto done = hunt_alone(
        std::move(question), context, executor, steps, observer, *stop, hunt);
    stop = std::make_unique<Stop>();
    return done;
  }

  BisectedCrash result() const { return hunt->result(); }

  TempFolder state = temp_folder();
  GitRepo repo;
  EngineContext context;
  Job job;
  BisectWishes wishes;
  Silent steps;
  std::unique_ptr<Stop> stop = std::make_unique<Stop>();
  std::unique_ptr<KernelHunt> hunt;
  std::function<std::string(const BuildSpec&)> why_not; ///< "": it builds
  std::map<std::string, unsigned> runs;                 ///< by target
  unsigned builds = 0;
  unsigned stop_after = 0; ///< runs; 0: never

private:
  void add_target(const std::string& name, Arch arch, const std::string& mmu)
  {
    Target target;
    target.name = name;
    target.arch = arch;
    target.mmu = mmu;
    context.targets[name] = target;
  }

  std::string built(const BuildSpec& spec) const
  {
    BuildOutcome outcome;
    outcome.key = spec.key;
    outcome.time = std::chrono::seconds(20);
    outcome.title = why_not ? why_not(spec) : "";
    outcome.verdict =
        outcome.title.empty() ? Verdict::pass : Verdict::build_failed;
    outcome.vmlinux = spec.out / "vmlinux";
    REQUIRE(write_file(outcome.vmlinux, "ELF"));
    return to_json(outcome);
  }
};

/// A history with a side branch; `ids` in the order of git log.
struct Range12
{
  explicit Range12(Farm& farm)
  {
    auto& repo = farm.repo;
    ids.push_back(repo.commit("mm/base.c", "0\n", "base"));
    for (int i = 1; i <= 6; ++i) {
      add(repo, i);
    }
    repo.git({"checkout", "--quiet", "-b", "side", ids[2]});
    for (int i = 7; i <= 9; ++i) {
      add(repo, i);
    }
    repo.git({"checkout", "--quiet", "main"});
    repo.git({"merge", "--quiet", "--no-ff", "-m", "merge", "side"});
    add(repo, 10);
    farm.publish();
  }

  void add(GitRepo& repo, int i)
  {
    const auto name = std::to_string(i);
    ids.push_back(repo.commit("mm/" + name + ".c", name + "\n", "mm: " + name));
  }

  /// Whether a commit, or a revert on main's tip, has the file of commit i.
  static bool has(Farm& farm, const std::string& commit, int i)
  {
    const auto listed =
        farm.repo.git({"--git-dir=" + farm.context.state.tree("linux").string(),
                       "ls-tree",
                       "--name-only",
                       commit,
                       "mm/" + std::to_string(i) + ".c"});
    return !listed.empty();
  }

  std::vector<std::string> ids; ///< [i]: of "mm: i"
};

} // namespace

TEST_CASE("engine::ask_range finds a commit of a side branch, and reverts it")
{
  Farm farm;
  const Range12 range(farm);
  auto question = ask_range(farm.job,
                            range.ids[0],
                            "main",
                            false,
                            farm.wishes,
                            farm.context,
                            farm.steps,
                            *farm.stop);
  REQUIRE(question);
  CHECK(question->range.tip() == 11);
  const auto guest = [&](const RunSpec& run) {
    return Range12::has(farm, run.origin.commit, 8) && dice(run.seed, 60)
               ? crashes("exit_mmap")
               : passes();
  };
  REQUIRE(farm.work(*question, guest));
  const auto result = farm.result();
  CHECK(result.mode == "range");
  CHECK(result.conclusion == "culprit");
  REQUIRE(result.culprits.size() == 1);
  CHECK(result.culprits[0].commit == range.ids[8]);
  CHECK(result.title == "kernel BUG in exit_mmap");
  CHECK(result.posterior.size() == 11);
  REQUIRE(result.checks.size() == 1);
  CHECK(result.checks[0].confirms);
  CHECK(result.checks[0].runs >= 2);
  CHECK(result.scope == "seen on x86_64; not tested on ppc64le-hash");
  SUBCASE("and asked again, it answers from its journals")
  {
    const auto before = farm.runs["x86_64"];
    REQUIRE(farm.work(*question, guest));
    CHECK(farm.result().culprits[0].commit == range.ids[8]);
    CHECK(farm.result().checks[0].confirms);
    CHECK(farm.runs["x86_64"] == before);
  }
}

TEST_CASE("engine::ask_range after each kill goes on and loses nothing")
{
  Farm farm;
  const Range12 range(farm);
  const auto ask = [&] {
    auto question = ask_range(farm.job,
                              range.ids[0],
                              "main",
                              false,
                              farm.wishes,
                              farm.context,
                              farm.steps,
                              *farm.stop);
    REQUIRE(question);
    return *question;
  };
  const auto guest = [&](const RunSpec& run) {
    return Range12::has(farm, run.origin.commit, 5) && dice(run.seed, 50)
               ? crashes("exit_mmap")
               : passes();
  };
  std::size_t seen = 0;
  for (const unsigned runs : {3U, 5U, 4U}) {
    farm.stop_after = runs;
    CHECK_FALSE(farm.work(ask(), guest));
    CHECK(farm.hunt->found().runs() >= seen + runs - 2);
    seen = farm.hunt->found().runs();
  }
  farm.stop_after = 0;
  REQUIRE(farm.work(ask(), guest));
  CHECK(farm.result().culprits.at(0).commit == range.ids[5]);
  std::set<std::uint64_t> numbers;
  std::set<std::string> ids;
  for (const auto& record : farm.hunt->found().records()) {
    CHECK(numbers.insert(record.number).second);
    CHECK((record.run_id.empty() || ids.insert(record.run_id).second));
  }
}

TEST_CASE("engine::ask_range goes around commits that do not build")
{
  Farm farm;
  const Range12 range(farm);
  farm.why_not = [&](const BuildSpec& spec) {
    return spec.commit == range.ids[4] ? "mm/x.c:1: error" : "";
  };
  auto question = ask_range(farm.job,
                            range.ids[0],
                            range.ids[6],
                            false,
                            farm.wishes,
                            farm.context,
                            farm.steps,
                            *farm.stop);
  REQUIRE(question);
  REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
    return Range12::has(farm, run.origin.commit, 5) ? crashes("a") : passes();
  }));
  std::set<std::string> culprits;
  for (const auto& culprit : farm.result().culprits) {
    culprits.insert(culprit.commit);
  }
  CHECK(culprits == std::set<std::string>{range.ids[4], range.ids[5]});
}

TEST_CASE("engine::ask_range says when the good end does not hold")
{
  Farm farm;
  const Range12 range(farm);
  auto question = ask_range(farm.job,
                            range.ids[0],
                            "main",
                            false,
                            farm.wishes,
                            farm.context,
                            farm.steps,
                            *farm.stop);
  REQUIRE(question);
  REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
    return dice(run.seed, 70) ? crashes("old") : passes();
  }));
  CHECK(farm.result().conclusion == "base-has-it");
}

TEST_CASE("engine::ask_range finds the commit that fixed it")
{
  Farm farm;
  const Range12 range(farm);
  auto question = ask_range(farm.job,
                            "main",
                            range.ids[0],
                            true,
                            farm.wishes,
                            farm.context,
                            farm.steps,
                            *farm.stop);
  REQUIRE(question);
  REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
    const bool is_fixed = Range12::has(farm, run.origin.commit, 8);
    return !is_fixed && dice(run.seed, 60) ? crashes("exit_mmap") : passes();
  }));
  const auto result = farm.result();
  CHECK(result.is_fix);
  CHECK(result.conclusion == "culprit");
  REQUIRE(result.culprits.size() == 1);
  CHECK(result.culprits[0].commit == range.ids[8]);
  REQUIRE(result.checks.size() == 1); // it is back without the fix
  CHECK(result.checks[0].confirms);
  CHECK(result.checks[0].crashes == 1);
}

TEST_CASE("engine::ask_range on two targets has one culprit")
{
  Farm farm;
  const Range12 range(farm);
  farm.job.targets = {"x86_64", "ppc64le-hash"};
  auto question = ask_range(farm.job,
                            range.ids[0],
                            "main",
                            false,
                            farm.wishes,
                            farm.context,
                            farm.steps,
                            *farm.stop);
  REQUIRE(question);
  SUBCASE("a crash of one architecture")
  {
    REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
      auto outcome = Range12::has(farm, run.origin.commit, 6) &&
                             run.target.name == "ppc64le-hash" &&
                             dice(run.seed, 70)
                         ? crashes("hash_fault")
                         : passes();
      outcome.wall *= run.target.name == "ppc64le-hash" ? 8 : 1;
      return outcome;
    }));
    const auto result = farm.result();
    CHECK(result.culprits.at(0).commit == range.ids[6]);
    CHECK(result.scope.find("seen on ppc64le-hash") != std::string::npos);
  }
  SUBCASE("a neutral one is looked for where it costs less")
  {
    REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
      auto outcome =
          Range12::has(farm, run.origin.commit, 6) && dice(run.seed, 70)
              ? crashes("exit_mmap")
              : passes();
      outcome.wall *= run.target.name == "ppc64le-hash" ? 8 : 1;
      return outcome;
    }));
    CHECK(farm.result().culprits.at(0).commit == range.ids[6]);
    CHECK(farm.runs["x86_64"] > 2 * farm.runs["ppc64le-hash"]);
  }
}

/// A series on the base as format-patch's text, by (file, text, subject).
static std::string
series_of(GitRepo& repo, const std::vector<std::array<std::string, 3>>& patches)
{
  repo.git({"checkout", "--quiet", "--detach", "base"});
  for (const auto& [file, text, subject] : patches) {
    repo.commit(file, text, subject);
  }
  auto text =
      repo.git({"format-patch", "--stdout", "--numbered", "base..HEAD"});
  repo.git({"checkout", "--quiet", "main"});
  return text + "\n";
}

TEST_CASE("engine::ask_versions")
{
  Farm farm;
  auto& repo = farm.repo;
  repo.write("mm/a.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
  repo.write("mm/b.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  repo.commit("base");
  repo.git({"tag", "base"});
  const std::string a1 = "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
  const std::string a2 = "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\ny\n12\n";
  const std::string a2_bad = "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\nlock();\n12\n";
  const std::string b1 = "1\n2\n3\n4\nz\n6\n7\n8\n9\n";
  const std::string b1_new = "1\n2\n3\n4\nzz\n6\n7\n8\n9\n";
  spit(farm.state.path() / "v1.mbox",
       series_of(repo,
                 {{"mm/a.c", a1, "mm: one"},
                  {"mm/a.c", a2, "mm: two"},
                  {"mm/b.c", b1, "mm: three"}}));
  spit(farm.state.path() / "v2.mbox",
       series_of(repo,
                 {{"mm/a.c", a1, "mm: one"},
                  {"mm/a.c", a2_bad, "mm: two"},
                  {"mm/b.c", b1_new, "mm: three"},
                  {"mm/c.c", "new\n", "mm: four"}}));
  farm.publish();
  farm.job.base = "base";
  const TwoVersions versions = {{"v1.mbox"}, {"v2.mbox"}, farm.state.path()};
  auto question = ask_versions(
      farm.job, versions, farm.wishes, farm.context, farm.steps, *farm.stop);
  REQUIRE(question);
  REQUIRE(question->range.changes.size() == 3); // the first patch is the same
  CHECK(question->range.changes[2].subject == "patch 4/4 'mm: four' (added)");
  const auto tree = farm.context.state.tree("linux").string();
  REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
    const auto text =
        repo.git({"--git-dir=" + tree, "show", run.origin.commit + ":mm/a.c"});
    return text.find("lock()") != std::string::npos ? crashes("deadlock")
                                                    : passes();
  }));
  const auto result = farm.result();
  CHECK(result.mode == "versions");
  REQUIRE(result.culprits.size() == 1);
  CHECK(result.culprits[0].subject == "patch 2/4 'mm: two' (changed)");
  CHECK(result.change.find("lock();") != std::string::npos);
  CHECK(result.checks.empty());
}

TEST_CASE("engine::ask_versions goes around hybrids that do not apply")
{
  Farm farm;
  auto& repo = farm.repo;
  const std::string head = "1\n2\n3\n4\n";
  const std::string tail = "6\n7\n8\n9\n";
  repo.commit("mm/a.c", head + "5\n" + tail, "base");
  repo.git({"tag", "base"});
  spit(farm.state.path() / "v1.mbox",
       series_of(repo,
                 {{"mm/a.c", head + "int a;\n" + tail, "mm: one"},
                  {"mm/a.c", head + "int a = 1;\n" + tail, "mm: two"}}));
  spit(farm.state.path() / "v2.mbox",
       series_of(repo,
                 {{"mm/a.c", head + "int b;\n" + tail, "mm: one"},
                  {"mm/a.c", head + "int b = 1;\n" + tail, "mm: two"}}));
  farm.publish();
  farm.job.base = "base";
  const TwoVersions versions = {{"v1.mbox"}, {"v2.mbox"}, farm.state.path()};
  auto question = ask_versions(
      farm.job, versions, farm.wishes, farm.context, farm.steps, *farm.stop);
  REQUIRE(question);
  REQUIRE(question->kernels.size() == 3);
  CHECK(question->kernels[1].why_not.find("does not apply") !=
        std::string::npos);
  const auto tip = question->range.commits.back().id;
  REQUIRE(farm.work(*std::move(question), [&](const RunSpec& run) {
    return run.origin.commit == tip ? crashes("b") : passes();
  }));
  CHECK(farm.result().culprits.size() == 2);
  CHECK(farm.result().change.find("int b") != std::string::npos);
}

TEST_CASE("engine::ask_configs")
{
  Farm farm;
  farm.repo.commit("mm/a.c", "1\n", "base");
  farm.repo.git({"tag", "v1"});
  farm.publish();
  const auto ask = [&](const std::string& bad) {
    return ask_configs(farm.job,
                       "calm",
                       bad,
                       farm.wishes,
                       farm.context,
                       farm.steps,
                       *farm.stop);
  };
  const auto wants = [](const BuildSpec& spec, const std::string& symbol) {
    const auto fragment = load_fragments(spec.fragments);
    REQUIRE(fragment);
    return std::any_of(
        fragment->wishes.begin(), fragment->wishes.end(), [&](auto& wish) {
          return wish.symbol == symbol && wish.value == "y";
        });
  };
  std::set<std::string> with_d; ///< keys of kernels
  std::string broken;
  farm.why_not = [&](const BuildSpec& spec) -> std::string {
    if (wants(spec, "D")) {
      with_d.insert(spec.key);
    }
    return !broken.empty() && wants(spec, "D") && !wants(spec, "E") ? broken
                                                                    : "";
  };
  const auto guest = [&](const RunSpec& run) {
    return with_d.contains(run.kernel_key) ? crashes("d") : passes();
  };
  SUBCASE("names the symbol that matters")
  {
    auto question = ask("wild");
    REQUIRE(question);
    CHECK(question->range.tip() == 4); // C, D, E, B
    REQUIRE(farm.work(*std::move(question), guest));
    const auto result = farm.result();
    CHECK(result.mode == "kconfig");
    REQUIRE(result.culprits.size() == 1);
    CHECK(result.culprits[0].commit == "CONFIG_D");
    CHECK(result.culprits[0].subject == "n → y");
  }
  SUBCASE("says which depend on each other")
  {
    broken = "CONFIG_D=y is not set: it depends on E (E=n)";
    auto question = ask("wild");
    REQUIRE(question);
    REQUIRE(farm.work(*std::move(question), guest));
    const auto result = farm.result();
    CHECK(result.culprits.size() == 2);
    CHECK(result.change.find("it depends on E") != std::string::npos);
  }
  SUBCASE("refuses two that want the same")
  {
    const auto question = ask("calm");
    REQUIRE_FALSE(question);
    CHECK(question.error().fault == Fault::user);
  }
}

TEST_CASE("engine::KernelHead as JSON")
{
  KernelHead head;
  head.mode = "versions";
  head.git_dir = "/t.git";
  head.good = "a";
  head.bad = "b";
  head.kernels = {{"a", "one"}, {"b", "two"}};
  head.changes = {{"c", "patch 1"}};
  head.channels = {"x86_64 calm memcg"};
  head.signatures = {"s"};
  head.inputs = "0123";
  const auto back = parse_kernel_head(to_json(head));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(head));
  CHECK_FALSE(parse_kernel_head("{}"));
  head.changes.push_back({"d", "one too many"});
  CHECK_FALSE(parse_kernel_head(to_json(head)));
}
