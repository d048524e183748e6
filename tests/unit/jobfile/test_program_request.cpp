// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/job_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static Result<oopsfarm::Job> parse(const std::string& workload)
{
  Catalogue catalogue;
  catalogue.targets = {"x86_64"};
  catalogue.kconfigs = {"plain"};
  const ParamInfo duration{
      "duration", ParamType::duration, 1, 3600, "60", {}, ""};
  catalogue.workloads = {
      {"exec", "", {duration}, ProgramSource::user},
      {"kselftest", "", {duration}, ProgramSource::kselftest},
      {"boot", "", {}}};
  return parse_job("name: j\ntree: t\ntargets: [x86_64]\nkconfigs: [plain]\n"
                   "workloads:\n  - " +
                       workload + "\n",
                   "j.yaml",
                   catalogue);
}

static Workload good(const std::string& workload)
{
  const auto job = parse(workload);
  REQUIRE_MESSAGE(job.has_value(), job.error().message);
  return job->workloads.at(0);
}

static std::string refusal(const std::string& workload)
{
  const auto job = parse(workload);
  REQUIRE_FALSE(job.has_value());
  CHECK(job.error().fault == Fault::user);
  return job.error().message;
}

static bool has(const std::string& text, const std::string& words)
{
  return text.find(words) != std::string::npos;
}

TEST_CASE("exec takes a file, arguments and further files")
{
  const auto workload =
      good("{name: exec, run: ./p-$ARCH, args: [-v, 'a b', 7], "
           "files: {/bin/sh: dash, /data/x: ./x}, duration: 5s}");
  CHECK(workload.source == ProgramSource::user);
  CHECK(workload.params.at("duration") == "5");
  CHECK(workload.params.count("run") == 0);
  REQUIRE(workload.programs.size() == 1);
  const auto& program = workload.programs[0];
  CHECK(program.run == "./p-$ARCH");
  CHECK(program.args == std::vector<std::string>{"-v", "a b", "7"});
  CHECK(program.line == 6);
  CHECK(program.column == 23);
  REQUIRE(workload.files.size() == 2);
  CHECK(workload.files[0].guest == "/bin/sh");
  CHECK(workload.files[1].file == "./x");
}

TEST_CASE("exec says what is wrong with its keys, and where")
{
  CHECK(has(refusal("exec"), "j.yaml:6:5: workload 'exec' needs to know what"));
  CHECK(has(refusal("{name: exec}"), "needs the key 'run'"));
  CHECK(has(refusal("{name: exec, run: [a]}"), "'run' wants a text"));
  CHECK(has(refusal("{name: exec, run: folder/}"), "wants a file"));
  CHECK(has(refusal("{name: exec, run: p, args: -v}"), "'args' wants a list"));
  CHECK(has(refusal("{name: exec, run: p, args: [\"a\\nb\"]}"), "one line"));
  CHECK(has(refusal("{name: exec, run: p, arg: [a]}"), "has no key 'arg'"));
  CHECK(has(refusal("{name: exec, run: p, files: [a]}"), "wants a map"));
  CHECK(has(refusal("{name: boot, run: p}"), "has no key 'run'"));
  for (const char* place :
       {"bin/sh", "/bin/../sh", "/", "/dev/x", "/init", "/payload/x"}) {
    CAPTURE(place);
    CHECK(has(
        refusal(std::string("{name: exec, run: p, files: {") + place + ": x}}"),
        "is no place for a file"));
  }
}

TEST_CASE("kselftest takes one program or a list of them")
{
  CHECK(good("{name: kselftest, run: 'cgroup:test_memcontrol'}")
            .programs.at(0)
            .run == "cgroup:test_memcontrol");
  const auto workload =
      good("{name: kselftest, run: ['vm:a  64 -v', "
           "{program: 'net/forwarding:b', stop_after: 20s}, 'vm:a']}");
  CHECK(workload.source == ProgramSource::kselftest);
  REQUIRE(workload.programs.size() == 3);
  CHECK(workload.programs[0].run == "vm:a");
  CHECK(workload.programs[0].args == std::vector<std::string>{"64", "-v"});
  CHECK(workload.programs[1].run == "net/forwarding:b");
  CHECK(workload.programs[1].stop_after == std::chrono::seconds(20));
  CHECK(workload.programs[2].args.empty());
}

TEST_CASE("kselftest refuses what names no program")
{
  for (const char* run : {"mlock2-tests",
                          "'vm:'",
                          "':x'",
                          "'../vm:x'",
                          "'vm:../x'",
                          "'vm:a;b'",
                          "'vm/../..:x'",
                          "'/vm:x'"}) {
    CAPTURE(run);
    CHECK(has(refusal(std::string("{name: kselftest, run: ") + run + "}"),
              "COLLECTION:PROGRAM"));
  }
  CHECK(has(refusal("{name: kselftest, run: []}"), "1 to 64 selftests"));
  CHECK(
      has(refusal("{name: kselftest, run: ['vm:a', 'vm:a']}"), "listed twice"));
  CHECK(has(refusal("{name: kselftest, run: [{stop_after: 5s}]}"),
            "needs the key 'program'"));
  CHECK(has(refusal("{name: kselftest, run: [{program: 'vm:a', "
                    "stop_after: soon}]}"),
            "stop_after"));
}
