// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

namespace oopsfarm::testing {

/// A cell whose observations all passed.
inline Cell passing_cell(const std::string& target, const std::string& kernel)
{
  Cell cell;
  cell.target = target;
  cell.kernel = kernel;
  cell.kconfig = "mm-debug";
  cell.workload = "memcg";
  cell.verdict = Verdict::pass;
  cell.observations = 3;
  cell.run_ids = {"20261121T101500-3fa9c2",
                  "20261121T101507-a51100",
                  "20261121T101515-00b7de"};
  cell.kills = 60;
  cell.time = std::chrono::milliseconds(18600);
  return cell;
}

inline KernelBuild
sample_build(const std::string& kernel, Arch arch, bool is_reused)
{
  KernelBuild build;
  build.kernel = kernel;
  build.arch = arch;
  build.kconfig = "mm-debug";
  build.reused = is_reused;
  build.outcome.verdict = Verdict::pass;
  build.outcome.key = std::string(64, 'a');
  build.outcome.objects = 312;
  build.outcome.time = std::chrono::milliseconds(25000);
  return build;
}

/// Two patches on three targets; everything passed.
inline JobReport passing_report()
{
  JobReport report;
  report.job = "oom-reaper-v2";
  report.tree = "linux-6.1";
  report.base = "v6.1";
  report.base_commit = "830b3c68c1fb1e9176028d02ef86f3cf76aa2476";
  report.patches = {{1, "mm/oom_kill: name the victim", "1111"},
                    {2, "mm/oom_kill: reap before exit", "2222"}};
  for (const char* kernel : {"base", "series"}) {
    for (const char* target : {"x86_64", "ppc64le-radix", "ppc64le-hash"}) {
      report.cells.push_back(passing_cell(target, kernel));
    }
  }
  report.builds = {sample_build("base", Arch::x86_64, true),
                   sample_build("base", Arch::ppc64le, true),
                   sample_build("series", Arch::x86_64, false),
                   sample_build("series", Arch::ppc64le, false)};
  report.notes = {"x86_64 guests run under TCG: guests under KVM hang"};
  report.time = std::chrono::milliseconds(192'000);
  return report;
}

/// `count` teardown times, 1 ms apart, from `least` ms on.
inline std::vector<std::uint64_t> sample_times(unsigned count, unsigned least)
{
  std::vector<std::uint64_t> times;
  for (unsigned i = 0; i < count; ++i) {
    times.push_back((least + i) * 1000ULL);
  }
  return times;
}

/// The series crashes x86_64 in one run of three, and does not build for
/// ppc64le; one base cell was lost to the farm.
inline JobReport failing_report()
{
  auto report = passing_report();
  auto& crash = report.cells[3];
  crash.verdict = Verdict::crash;
  crash.failures = 1;
  crash.teardown_us = sample_times(7, 2);
  report.cells[0].teardown_us = sample_times(200, 3);
  crash.title = "kernel BUG in exit_mmap";
  crash.first_line = "kernel BUG at include/linux/maple_tree.h:613!";
  crash.detail = "exit_mmap+0x1f4/0x220\n__mmput+0x40/0x110\n";
  crash.signatures = {"60b219c2931f"};
  crash.suspects = {
      {report.patches[1], 0.875, {"changes exit_mmap, which crashed"}}};
  for (auto* cell : {&report.cells[4], &report.cells[5]}) {
    cell->verdict = Verdict::build_failed;
    cell->title = "mm/oom_kill.c:12:3: error: unknown type name 'foo'";
    cell->observations = 0;
    cell->kills = 0;
    cell->run_ids.clear();
    cell->time = {};
  }
  report.builds[3].outcome.verdict = Verdict::build_failed;
  report.builds[3].outcome.detail =
      "mm/oom_kill.c:12:3: error: unknown type name 'foo'\n"
      "   12 |   foo bar;\n";
  auto& lost = report.cells[1];
  lost.verdict = Verdict::infra;
  lost.title = "QEMU ended before the kernel's first line";
  lost.observations = 0;
  lost.infra_failures = 3;
  lost.kills = 0;
  return report;
}

} // namespace oopsfarm::testing
