// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/job_bundle.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

/// farm/jobs/j/job.yaml with files around it.
class Bench
{
public:
  Bench()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    job.file = folder.path() / "farm/jobs/j/job.yaml";
    put("farm/jobs/j/job.yaml", "name: j\n");
    add_target("x86_64", Arch::x86_64);
    add_target("ppc64le-radix", Arch::ppc64le);
  }

  void put(const std::string& path, const std::string& content)
  {
    REQUIRE(make_folder((folder.path() / path).parent_path()));
    REQUIRE(write_file(folder.path() / path, content));
  }

  /// The paths of the bundle, sorted; "error: …" when there is none.
  std::vector<std::string> paths() const
  {
    const auto bundle = bundle_job(job, targets);
    if (!bundle) {
      return {"error: " + bundle.error().message};
    }
    std::vector<std::string> found;
    for (const auto& file : bundle->files) {
      found.push_back(file.path);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  TempFolder folder;
  Job job;
  std::map<std::string, Target> targets;

private:
  void add_target(const std::string& name, Arch arch)
  {
    targets[name].name = name;
    targets[name].arch = arch;
    job.targets.push_back(name);
  }
};

} // namespace

using Paths = std::vector<std::string>;

TEST_CASE("apps::bundle_job takes along what the job names")
{
  Bench bench;
  CHECK(bench.paths() == Paths{"job.yaml"});
  bench.put("farm/jobs/j/v1.mbox", "From \n");
  bench.put("farm/jobs/j/v2/0001.patch", "x");
  bench.put("farm/jobs/j/v2/README", "x");
  bench.job.series = {"v1.mbox", "v2", "v6.1..topic"};
  CHECK(bench.paths() == Paths{"job.yaml", "v1.mbox", "v2/0001.patch"});

  SUBCASE("above the job file, too")
  {
    bench.put("farm/series/v3.mbox", "x");
    bench.job.series = {"../../series/v3.mbox", "v1.mbox"};
    CHECK(bench.paths() ==
          Paths{"jobs/j/job.yaml", "jobs/j/v1.mbox", "series/v3.mbox"});
    CHECK(bundle_job(bench.job, bench.targets)->file == "jobs/j/job.yaml");
  }
  SUBCASE("a program for each architecture, and that it can be run")
  {
    bench.put("farm/jobs/j/p-x86_64",
              "\x7f"
              "ELF");
    bench.put("farm/jobs/j/p-ppc64le",
              "\x7f"
              "ELF");
    bench.put("farm/jobs/j/data", "x");
    fs::permissions(bench.folder.path() / "farm/jobs/j/p-x86_64",
                    fs::perms::owner_all);
    Workload exec;
    exec.name = "exec";
    exec.source = ProgramSource::user;
    exec.programs = {{"p-$ARCH"}};
    exec.files = {{"/data", "data"}};
    bench.job.series.clear();
    bench.job.workloads = {exec};
    CHECK(bench.paths() == Paths{"data", "job.yaml", "p-ppc64le", "p-x86_64"});
    const auto bundle = bundle_job(bench.job, bench.targets);
    for (const auto& file : bundle->files) {
      CHECK(file.is_executable == (file.path == "p-x86_64"));
    }
    bench.job.workloads[0].programs = {{"gone-$ARCH"}};
    CHECK(bench.paths()[0].find("gone-") != std::string::npos);
  }
  SUBCASE("but nothing by an absolute path")
  {
    bench.job.series = {(bench.folder.path() / "farm/jobs/j/v1.mbox").string()};
    CHECK(bench.paths()[0].find("relative to the job file") !=
          std::string::npos);
  }
}
