// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/json.h"

#include "base/strings.h"
#include "model/json_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

/// Untrusted text may hold anything; JSON holds only UTF-8.
static std::string dump(const Json& json)
{
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static Json json_of(const Target& target)
{
  return {{"name", target.name},
          {"arch", to_string(target.arch)},
          {"description", target.description},
          {"mmu", target.mmu},
          {"machine", target.machine},
          {"cpu", target.cpu},
          {"memory_mib", target.memory_mib},
          {"vcpus", target.vcpus},
          {"firmware", target.firmware},
          {"hpt_page_mib", target.hpt_page_mib},
          {"console_device", target.console_device},
          {"ktap_device", target.ktap_device},
          {"cmdline", target.cmdline}};
}

static Json json_of(const Accelerator& accelerator)
{
  return {{"kvm", accelerator.kvm}, {"reason", accelerator.reason}};
}

static Json json_of(const std::vector<std::filesystem::path>& paths)
{
  Json list = Json::array();
  for (const auto& path : paths) {
    list.push_back(path.string());
  }
  return list;
}

const char* to_string(TestEnd end)
{
  switch (end) {
  case TestEnd::ok:
    return "ok";
  case TestEnd::failed:
    return "failed";
  case TestEnd::skipped:
    return "skipped";
  }
  return "unknown";
}

Result<TestEnd> parse_test_end(std::string_view text)
{
  for (const auto end : {TestEnd::ok, TestEnd::failed, TestEnd::skipped}) {
    if (text == to_string(end)) {
      return end;
    }
  }
  return internal_error(
      fmt::format("no end of a test: '{}'", printable(text, 40)));
}

static Json json_of(const std::vector<TestResult>& results)
{
  Json list = Json::array();
  for (const auto& result : results) {
    list.push_back({{"name", result.name},
                    {"end", to_string(result.end)},
                    {"reason", result.reason}});
  }
  return list;
}

std::string to_json(const BuildSpec& spec)
{
  return dump({{"kind", "build"},
               {"version", 1},
               {"key", spec.key},
               {"git_dir", spec.git_dir.string()},
               {"commit", spec.commit},
               {"arch", to_string(spec.arch)},
               {"kconfig", spec.kconfig},
               {"fragments", json_of(spec.fragments)},
               {"fragments_hash", spec.fragments_hash},
               {"toolchain", spec.toolchain},
               {"series", spec.series},
               {"base", spec.base},
               {"object_tree", spec.object_tree.string()},
               {"ccache", spec.ccache.string()},
               {"out", spec.out.string()},
               {"jobs", spec.jobs},
               {"selftests", spec.selftests},
               {"limits",
                {{"time_s", spec.limits.time.count()},
                 {"memory", spec.limits.memory},
                 {"file_size", spec.limits.file_size},
                 {"disk", spec.limits.disk},
                 {"processes", spec.limits.processes}}}});
}

std::string to_json(const RunSpec& spec)
{
  return dump(
      {{"kind", "run"},
       {"version", 1},
       {"run_id", spec.run_id},
       {"origin",
        {{"job", spec.origin.job},
         {"tree", spec.origin.tree},
         {"base", spec.origin.base},
         {"commit", spec.origin.commit},
         {"subject", spec.origin.subject},
         {"kernel", spec.origin.kernel},
         {"kconfig", spec.origin.kconfig}}},
       {"kernel_key", spec.kernel_key},
       {"vmlinux", spec.vmlinux.string()},
       {"initramfs", spec.initramfs.string()},
       {"payload", spec.payload},
       {"target", json_of(spec.target)},
       {"workload",
        {{"name", spec.workload.name}, {"params", spec.workload.params}}},
       {"seed", spec.seed},
       {"attempt", spec.attempt},
       {"accelerator", json_of(spec.accelerator)},
       {"libvirt_uri", spec.libvirt_uri},
       {"libvirt_root", spec.libvirt_root.string()},
       {"out", spec.out.string()},
       {"console_cap", spec.console_cap},
       {"boot_timeout_s", spec.boot_timeout.count()},
       {"silence_timeout_s", spec.silence_timeout.count()},
       {"dump_cap", spec.dump_cap},
       {"race",
        {{"pauses", spec.race.pauses}, {"one_cpu", spec.race.one_cpu}}}});
}

std::string to_json(const BuildOutcome& outcome)
{
  return dump({{"kind", "build"},
               {"version", 1},
               {"verdict", to_string(outcome.verdict)},
               {"key", outcome.key},
               {"title", outcome.title},
               {"detail", outcome.detail},
               {"vmlinux", outcome.vmlinux.string()},
               {"config", outcome.config.string()},
               {"build_id", outcome.build_id},
               {"objects", outcome.objects},
               {"time_ms", outcome.time.count()}});
}

std::string to_json(const RunOutcome& outcome)
{
  Json findings = Json::array();
  for (const auto& finding : outcome.findings) {
    findings.push_back({{"title", finding.title},
                        {"first_line", finding.first_line},
                        {"excerpt", finding.excerpt},
                        {"signature", finding.signature},
                        {"follow_on", finding.follow_on}});
  }
  return dump({{"kind", "run"},
               {"version", 1},
               {"verdict", to_string(outcome.verdict)},
               {"run_id", outcome.run_id},
               {"title", outcome.title},
               {"detail", outcome.detail},
               {"findings", findings},
               {"kills", outcome.kills},
               {"wall_ms", outcome.wall.count()},
               {"boot_ms", outcome.boot.count()},
               {"guest_ms", outcome.guest.count()},
               {"console_cut", outcome.console_cut},
               {"accelerator", json_of(outcome.accelerator)},
               {"seed", outcome.seed},
               {"attempt", outcome.attempt},
               {"facts", outcome.facts},
               {"teardown_us", outcome.teardown_us},
               {"results", json_of(outcome.results)}});
}

std::string to_json(const Progress& progress)
{
  return dump({{"kind", "progress"},
               {"phase", progress.phase},
               {"done", progress.done},
               {"total", progress.total},
               {"unit", progress.unit}});
}

static void read(JsonReader& in, Target& target)
{
  in.text("name", target.name);
  in.parsed("arch", target.arch, parse_arch);
  in.text("description", target.description);
  in.text("mmu", target.mmu);
  in.text("machine", target.machine);
  in.text("cpu", target.cpu);
  in.number("memory_mib", target.memory_mib, 64, 1U << 20);
  in.number("vcpus", target.vcpus, 1, 256);
  in.text("firmware", target.firmware);
  in.number("hpt_page_mib", target.hpt_page_mib, 0, 1U << 14);
  in.text("console_device", target.console_device);
  in.text("ktap_device", target.ktap_device);
  in.texts("cmdline", target.cmdline);
}

static void read(JsonReader& in, Accelerator& accelerator)
{
  in.flag("kvm", accelerator.kvm);
  in.text("reason", accelerator.reason);
}

static void read(JsonReader& in, BuildLimits& limits)
{
  constexpr std::uint64_t pib = 1ULL << 50;
  in.seconds("time_s", limits.time);
  in.number("memory", limits.memory, 1, pib);
  in.number("file_size", limits.file_size, 1, pib);
  in.number("disk", limits.disk, 1, pib);
  in.number("processes", limits.processes, 1, 1U << 20);
}

static BuildSpec read_build_spec(JsonReader& in)
{
  BuildSpec spec;
  in.text("key", spec.key);
  in.path("git_dir", spec.git_dir);
  in.text("commit", spec.commit);
  in.parsed("arch", spec.arch, parse_arch);
  in.text("kconfig", spec.kconfig);
  in.paths("fragments", spec.fragments);
  in.text("fragments_hash", spec.fragments_hash);
  in.text("toolchain", spec.toolchain);
  in.text("series", spec.series);
  in.text("base", spec.base);
  in.path("object_tree", spec.object_tree);
  in.path("ccache", spec.ccache);
  in.path("out", spec.out);
  in.number("jobs", spec.jobs, 1, 4096);
  in.texts("selftests", spec.selftests);
  in.object("limits", [&](JsonReader& nested) { read(nested, spec.limits); });
  return spec;
}

static void read(JsonReader& in, RunOrigin& origin)
{
  in.text("job", origin.job);
  in.text("tree", origin.tree);
  in.text("base", origin.base);
  in.text("commit", origin.commit);
  in.text("subject", origin.subject);
  in.text("kernel", origin.kernel);
  in.text("kconfig", origin.kconfig);
}

static RunSpec read_run_spec(JsonReader& in)
{
  RunSpec spec;
  in.text("run_id", spec.run_id);
  in.object("origin", [&](JsonReader& nested) { read(nested, spec.origin); });
  in.text("kernel_key", spec.kernel_key);
  in.path("vmlinux", spec.vmlinux);
  in.path("initramfs", spec.initramfs);
  in.text("payload", spec.payload);
  in.object("target", [&](JsonReader& nested) { read(nested, spec.target); });
  in.object("workload", [&](JsonReader& nested) {
    nested.text("name", spec.workload.name);
    nested.text_map("params", spec.workload.params);
  });
  in.number("seed", spec.seed, 0, UINT64_MAX);
  in.number("attempt", spec.attempt, 1, 1U << 30);
  in.object("accelerator",
            [&](JsonReader& nested) { read(nested, spec.accelerator); });
  in.text("libvirt_uri", spec.libvirt_uri);
  in.path("libvirt_root", spec.libvirt_root);
  in.path("out", spec.out);
  in.number("console_cap", spec.console_cap, 4096, 1ULL << 40);
  in.seconds("boot_timeout_s", spec.boot_timeout);
  in.seconds("silence_timeout_s", spec.silence_timeout);
  in.number("dump_cap", spec.dump_cap, 0, 1ULL << 40);
  in.object("race", [&](JsonReader& nested) {
    nested.flag("pauses", spec.race.pauses);
    nested.flag("one_cpu", spec.race.one_cpu);
  });
  return spec;
}

Result<StepSpec> parse_step_spec(std::string_view text)
{
  TRY_ASSIGN(auto in, JsonReader::parse(text));
  std::string kind;
  in.text("kind", kind);
  in.version(1);
  if (kind == "build") {
    auto spec = read_build_spec(in);
    TRY(in.finish());
    if (spec.key != kernel_key(spec)) {
      return user_error("spec: 'key' is not the key of its inputs");
    }
    return StepSpec(std::move(spec));
  }
  if (kind == "run") {
    auto spec = read_run_spec(in);
    TRY(in.finish());
    return StepSpec(std::move(spec));
  }
  return user_error("'kind' must be \"build\" or \"run\"");
}

Result<BuildOutcome> parse_build_outcome(std::string_view text)
{
  TRY_ASSIGN(auto in, JsonReader::parse(text));
  BuildOutcome outcome;
  in.constant("kind", "build");
  in.version(1);
  in.parsed("verdict", outcome.verdict, parse_verdict);
  in.text("key", outcome.key);
  in.text("title", outcome.title);
  in.text("detail", outcome.detail);
  in.path("vmlinux", outcome.vmlinux);
  in.path("config", outcome.config);
  in.text("build_id", outcome.build_id);
  in.number("objects", outcome.objects, 0, UINT64_MAX);
  in.milliseconds("time_ms", outcome.time);
  TRY(in.finish());
  return outcome;
}

Result<RunOutcome> parse_run_outcome(std::string_view text)
{
  TRY_ASSIGN(auto in, JsonReader::parse(text));
  RunOutcome outcome;
  in.constant("kind", "run");
  in.version(1);
  in.parsed("verdict", outcome.verdict, parse_verdict);
  in.text("run_id", outcome.run_id);
  in.text("title", outcome.title);
  in.text("detail", outcome.detail);
  in.objects("findings", [&](JsonReader& nested) {
    Finding finding;
    nested.text("title", finding.title);
    nested.text("first_line", finding.first_line);
    nested.text("excerpt", finding.excerpt);
    nested.text("signature", finding.signature);
    nested.flag("follow_on", finding.follow_on);
    outcome.findings.push_back(std::move(finding));
  });
  in.number("kills", outcome.kills, 0, UINT64_MAX);
  in.milliseconds("wall_ms", outcome.wall);
  in.milliseconds("boot_ms", outcome.boot);
  in.milliseconds("guest_ms", outcome.guest);
  in.flag("console_cut", outcome.console_cut);
  in.object("accelerator",
            [&](JsonReader& nested) { read(nested, outcome.accelerator); });
  in.number("seed", outcome.seed, 0, UINT64_MAX);
  in.number("attempt", outcome.attempt, 1, 1U << 30);
  in.text_map("facts", outcome.facts);
  in.numbers("teardown_us", outcome.teardown_us);
  in.objects("results", [&](JsonReader& nested) {
    TestResult result;
    nested.text("name", result.name);
    nested.parsed("end", result.end, parse_test_end);
    nested.text("reason", result.reason);
    outcome.results.push_back(std::move(result));
  });
  TRY(in.finish());
  return outcome;
}

Result<Progress> parse_progress(std::string_view text)
{
  TRY_ASSIGN(auto in, JsonReader::parse(text));
  Progress progress;
  in.constant("kind", "progress");
  in.text("phase", progress.phase);
  in.number("done", progress.done, 0, UINT64_MAX);
  in.number("total", progress.total, 0, UINT64_MAX);
  in.text("unit", progress.unit);
  TRY(in.finish());
  return progress;
}

} // namespace oopsfarm
