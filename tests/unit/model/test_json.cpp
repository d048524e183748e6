// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "model/json.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static RunSpec a_run()
{
  RunSpec spec;
  spec.run_id = "20261121T101500-3fa9c2";
  spec.origin = {"reap", "linux-6.1", "01", "02", "mm: x", "series", "plain"};
  spec.kernel_key = "abc";
  spec.vmlinux = "/k/vmlinux";
  spec.initramfs = "/i.cpio.gz";
  spec.payload = "beef";
  spec.target.name = "ppc64le-hash";
  spec.target.arch = Arch::ppc64le;
  spec.target.cmdline = {"disable_radix", "quiet"};
  spec.workload = {"memcg", {{"procs", "4"}, {"duration", "10"}}};
  spec.seed = UINT64_MAX;
  spec.libvirt_root = "/v/0";
  spec.out = "/runs/x";
  spec.dump_cap = 7U << 20;
  spec.race.one_cpu = true;
  return spec;
}

static BuildSpec a_build()
{
  BuildSpec spec;
  spec.git_dir = "/t.git";
  spec.commit = "0123";
  spec.kconfig = "mm-debug";
  spec.fragments = {"/a", "/b"};
  spec.selftests = {"cgroup:a", "vm:b"};
  spec.object_tree = "/o";
  spec.ccache = "/c";
  spec.out = "/k";
  spec.key = kernel_key(spec);
  return spec;
}

TEST_CASE("model::to_json and parse_step_spec are inverses")
{
  SUBCASE("for a run")
  {
    const auto spec = a_run();
    const auto parsed = parse_step_spec(to_json(spec));
    REQUIRE(parsed.has_value());
    const auto& back = std::get<RunSpec>(*parsed);
    CHECK(to_json(back) == to_json(spec));
    CHECK(back.target.arch == Arch::ppc64le);
    CHECK(back.seed == UINT64_MAX);
    CHECK(back.dump_cap == 7U << 20);
    CHECK(back.race.one_cpu);
    CHECK_FALSE(back.race.pauses);
    CHECK(back.workload.params.at("procs") == "4");
  }
  SUBCASE("for a build")
  {
    const auto spec = a_build();
    const auto parsed = parse_step_spec(to_json(spec));
    REQUIRE(parsed.has_value());
    CHECK(to_json(std::get<BuildSpec>(*parsed)) == to_json(spec));
  }
}

static std::string refusal(const std::string& text)
{
  auto parsed = parse_step_spec(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().fault == Fault::user);
  return parsed.error().message;
}

TEST_CASE("model::parse_step_spec refuses what is not a spec")
{
  const auto good = to_json(a_run());
  SUBCASE("text that is not JSON, or not an object")
  {
    CHECK(refusal("") == "not a JSON object");
    CHECK(refusal("[]") == "not a JSON object");
    CHECK(refusal("{\"kind\": ") == "not a JSON object");
  }
  SUBCASE("an unknown kind or version")
  {
    CHECK(refusal(R"({"kind": "dance", "version": 1})") ==
          "'kind' must be \"build\" or \"run\"");
    CHECK(refusal(replace_all(good, "\"version\":1", "\"version\":2")) ==
          "'version': 2 is not known, only 1");
  }
  SUBCASE("a missing key, naming it with its object")
  {
    CHECK(refusal(replace_all(good, "\"cpu\":\"\",", "")) ==
          "'target.cpu' is missing");
  }
  SUBCASE("an unknown key")
  {
    CHECK(refusal(replace_all(good, "\"seed\":", "\"sede\":1,\"seed\":")) ==
          "'sede': is not a known key");
  }
  SUBCASE("a wrong type and a value out of range")
  {
    CHECK(refusal(replace_all(good, "\"attempt\":1", "\"attempt\":\"1\"")) ==
          "'attempt': must be an unsigned integer");
    CHECK(refusal(replace_all(good, "\"attempt\":1", "\"attempt\":0")) ==
          "'attempt': 0 is not within 1 to 1073741824");
    CHECK(refusal(replace_all(good, "\"vcpus\":2", "\"vcpus\":-2")) ==
          "'target.vcpus': must be an unsigned integer");
  }
  SUBCASE("a relative path, which would mean another file elsewhere")
  {
    CHECK(refusal(replace_all(good, "/k/vmlinux", "k/vmlinux")) ==
          "'vmlinux': must be an absolute path");
  }
  SUBCASE("nesting without end")
  {
    CHECK(refusal(std::string(100, '[')) == "JSON text is nested too deeply");
    std::string deep = "{\"a\":";
    for (int i = 0; i < 100; ++i) {
      deep += "{\"a\":";
    }
    CHECK(refusal(deep) == "JSON text is nested too deeply");
  }
  SUBCASE("a key that is not that of the inputs: a cache would be poisoned")
  {
    auto spec = a_build();
    spec.commit = "4567";
    CHECK(refusal(to_json(spec)) == "spec: 'key' is not the key of its inputs");
  }
}

TEST_CASE("model::kernel_key depends on each input of a kernel")
{
  const auto spec = a_build();
  const auto differs = [&](auto change) {
    auto other = spec;
    change(other);
    return kernel_key(other) != spec.key;
  };
  CHECK(differs([](BuildSpec& s) { s.commit = "x"; }));
  CHECK(differs([](BuildSpec& s) { s.arch = Arch::ppc64le; }));
  CHECK(differs([](BuildSpec& s) { s.kconfig = "plain"; }));
  CHECK(differs([](BuildSpec& s) { s.fragments_hash = "x"; }));
  CHECK(differs([](BuildSpec& s) { s.toolchain = "x"; }));
  CHECK_FALSE(differs([](BuildSpec& s) { s.out = "/elsewhere"; }));
  CHECK_FALSE(differs([](BuildSpec& s) { s.jobs = 64; }));
}

TEST_CASE("model::outcomes survive the way through JSON")
{
  RunOutcome run;
  run.verdict = Verdict::crash;
  run.run_id = "20261121T101500-3fa9c2";
  run.title = "kernel BUG in exit_mmap";
  run.findings = {{"kernel BUG in exit_mmap", "kernel BUG at x.h:1!", "…"}};
  run.kills = 7;
  run.wall = std::chrono::milliseconds(1234);
  run.facts = {{"kills", "7"}};
  run.teardown_us = {5321, 12};
  const auto back = parse_run_outcome(to_json(run));
  REQUIRE(back.has_value());
  CHECK(to_json(*back) == to_json(run));

  BuildOutcome build;
  build.verdict = Verdict::build_failed;
  build.title = "mm/oom_kill.c:1: error: x";
  build.objects = 3;
  const auto rebuilt = parse_build_outcome(to_json(build));
  REQUIRE(rebuilt.has_value());
  CHECK(to_json(*rebuilt) == to_json(build));
}

TEST_CASE("model::to_json writes what a guest printed, whatever it was")
{
  RunOutcome run;
  run.title = "\xff\x1b[2J";
  const auto text = to_json(run);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(parse_run_outcome(text).has_value());
}

TEST_CASE("model::parse_progress takes its own form alone")
{
  const Progress progress = {"compile", 3, 900, "objects"};
  CHECK(to_json(*parse_progress(to_json(progress))) == to_json(progress));
  CHECK_FALSE(parse_progress("hello").has_value());
  CHECK_FALSE(parse_progress("{}").has_value());
}
