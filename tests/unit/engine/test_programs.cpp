// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/cells.h"
#include "engine/payloads.h"
#include "engine/plan.h"
#include "sys/file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

/// A job on two architectures with an empty image for each.
class Farm
{
public:
  Farm()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    context.state.root = folder.path() / "state";
    context.share.root = folder.path() / "share";
    for (const auto arch : all_archs()) {
      Target target;
      target.name = to_string(arch);
      target.arch = arch;
      context.targets[target.name] = target;
      job.targets.push_back(target.name);
      write(context.share.initramfs(arch), "image");
    }
    job.name = "j";
    job.tree = "linux";
    job.file = folder.path() / "job.yaml";
    job.kconfigs = {"plain", "mm-debug"};
  }

  static void write(const fs::path& file, const std::string& text)
  {
    REQUIRE(make_folder(file.parent_path()).has_value());
    REQUIRE(write_file(file, text).has_value());
  }

  void add_exec()
  {
    Workload exec{"exec", {}};
    exec.source = ProgramSource::user;
    exec.programs = {{.run = "p", .line = 4, .column = 7}};
    job.workloads.push_back(exec);
  }

  void add_selftests()
  {
    Workload tests{"kselftest", {}};
    tests.source = ProgramSource::kselftest;
    tests.programs = {{.run = "vm:b"}, {.run = "cgroup:a"}, {.run = "vm:b"}};
    job.workloads.push_back(tests);
  }

  Plan plan()
  {
    PlanInput input;
    input.job = &job;
    input.context = &context;
    input.kernels = {{"base", "c0"}, {"series", "c3"}};
    for (const auto arch : all_archs()) {
      for (const auto& kconfig : job.kconfigs) {
        input.flavours[{kconfig, arch}] = {{"/f"}, "hash"};
      }
      input.toolchains[arch] = "gcc";
      input.payloads[{"exec", arch}] = {"/payload", "beef"};
    }
    return plan_job(input);
  }

  TempFolder folder;
  EngineContext context;
  Job job;
};

} // namespace

TEST_CASE("engine::plan_job builds selftests once for all kconfigs")
{
  Farm farm;
  farm.job.workloads = {{"boot", {}}};
  farm.add_selftests();
  const auto plan = farm.plan();
  REQUIRE(plan.builds.size() == 8 + 4);
  const auto& build = plan.builds[8];
  CHECK(build.spec.selftests == std::vector<std::string>{"cgroup:a", "vm:b"});
  CHECK(build.label.kconfig == "kselftest");
  CHECK(build.spec.fragments.empty());
  CHECK(build.spec.key != plan.builds[9].spec.key); // another commit
  for (const auto& run : plan.runs) {
    CHECK(run.selftests.has_value() == (run.workload.name == "kselftest"));
    if (run.selftests) {
      const auto& spec = plan.builds[*run.selftests].spec;
      CHECK(spec.arch == run.target.arch);
      CHECK(spec.commit == plan.builds[run.build].spec.commit);
    }
  }
}

TEST_CASE("engine::plan_job gives each guest its image")
{
  Farm farm;
  farm.job.workloads = {{"boot", {}}};
  farm.add_exec();
  for (const auto& run : farm.plan().runs) {
    const bool is_exec = run.workload.name == "exec";
    CHECK(run.image.hash == (is_exec ? "beef" : ""));
    CHECK(run.image.initramfs ==
          (is_exec ? fs::path("/payload")
                   : farm.context.share.initramfs(run.target.arch)));
  }
}

TEST_CASE("engine::cells_without_kernel has cells without selftests, too")
{
  Farm farm;
  farm.add_selftests();
  const auto plan = farm.plan();
  BuildOutcome outcome;
  outcome.verdict = Verdict::build_failed;
  const auto cells = cells_without_kernel(plan, 8, outcome);
  REQUIRE(cells.size() == 2); // one a kconfig
  CHECK(cells[0].workload == "kselftest");
  CHECK(cells[0].kernel == "base");
}

TEST_CASE("engine::pack_job_programs names every bad program at its place")
{
  Farm farm;
  farm.add_exec();
  const auto missing = pack_job_programs(farm.job, farm.context);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().fault == Fault::user);
  CHECK(missing.error().message.find("job.yaml:4:7: workload 'exec': ") !=
        std::string::npos);
  // The same for both architectures is said once.
  CHECK(missing.error().message.find('\n') == std::string::npos);
}

TEST_CASE("engine::write_image writes an image once, under its hash")
{
  Farm farm;
  const auto one = write_image(farm.context, Arch::x86_64, "070701");
  REQUIRE(one.has_value());
  CHECK(*read_file(one->initramfs) == std::string("image\0\0\0", 8) + "070701");
  CHECK(one->hash.size() == 64);
  const auto again = write_image(farm.context, Arch::x86_64, "070701");
  REQUIRE(again.has_value());
  CHECK(again->initramfs == one->initramfs);
  const auto other = write_image(farm.context, Arch::x86_64, "070702");
  REQUIRE(other.has_value());
  CHECK(other->initramfs != one->initramfs);
  CHECK(other->hash != one->hash);
}

TEST_CASE("engine::cells_of counts results by their name")
{
  StepLabel label;
  label.workload = "exec";
  RunOutcome good;
  good.verdict = Verdict::pass;
  good.results = {{"p", TestEnd::ok, ""}, {"p: a", TestEnd::skipped, "no"}};
  RunOutcome bad;
  bad.verdict = Verdict::oracle_failed;
  bad.results = {{"p", TestEnd::failed, "exit status 1"},
                 {"p: a", TestEnd::failed, "it broke"},
                 {"p: b", TestEnd::ok, ""}};
  const auto cells = cells_of({{label, good}, {label, bad}});
  REQUIRE(cells.size() == 1);
  const auto& results = cells[0].results;
  REQUIRE(results.size() == 3);
  CHECK(results[0].ok == 1);
  CHECK(results[0].failed == 1);
  CHECK(results[0].reason == "exit status 1");
  CHECK(results[1].skipped == 1);
  CHECK(results[1].reason == "it broke");
  CHECK(results[2].name == "p: b");
}
