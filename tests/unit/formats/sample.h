// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "unit/report/sample.h"

namespace oopsfarm::testing {

/// failing_report() as a series by mail, bisected; what the base has, too, in
/// one cell, programs in another.
inline JobReport mailed_report()
{
  auto report = failing_report();
  report.mail = {"[PATCH v2 0/2] mm/oom_kill: reap sooner",
                 "20261120.reap-v2-0@example.org",
                 "Ann Ängström <ann@example.org>"};
  report.base_commit = "830b3c68c1fb1e9176028d02ef86f3cf76aa2476";
  report.cells[3].run_id = report.cells[3].run_ids[1];
  report.cells[0].results = {{"vm:mlock2-tests", 3, 0, 0, ""},
                             {"vm:x: y", 2, 1, 0, "got <0>"}};
  auto hang = report.cells[3];
  hang.workload = "mlock";
  hang.verdict = Verdict::hang;
  hang.title = "hang in mlock";
  hang.first_line.clear();
  hang.detail = "console and heartbeat silent for 60 s";
  hang.base_has_it = true;
  hang.suspects.clear();
  report.cells.push_back(hang);
  BisectedCrash crash;
  crash.title = report.cells[3].title;
  crash.conclusion = "culprit";
  crash.probability = 0.97;
  crash.posterior = {0.02, 0.97};
  crash.culprits = {report.patches[1]};
  crash.candidates = {report.patches[1]};
  crash.candidates_mass = 0.97;
  crash.runs = 20;
  crash.builds = 2;
  crash.rates = {{"x86_64 mm-debug memcg", 9, 1, 0, 10}};
  report.bisections = {crash};
  return report;
}

/// The base crashes in every run and the series in none; its first patch does
/// not build.
inline JobReport mending_report()
{
  auto report = mailed_report();
  report.bisections.clear();
  report.cells = {passing_cell("x86_64", "base"),
                  passing_cell("x86_64", "patch 2")};
  auto& before = report.cells[0];
  before.verdict = Verdict::crash;
  before.title = "kernel BUG in exit_mmap";
  before.signatures = {"60b219c2931f"};
  before.failures = before.observations = 6;
  before.run_id = before.run_ids[0];
  report.cells[1].observations = 6;
  report.builds = {sample_build("base", Arch::x86_64, true),
                   sample_build("patch 1", Arch::x86_64, false),
                   sample_build("patch 2", Arch::x86_64, false)};
  report.builds[1].outcome.verdict = Verdict::build_failed;
  report.builds[1].outcome.title = "mm/oom_kill.c:12:3: error: no 'foo'";
  return report;
}

/// Text that ends what it stands in, wherever that is.
inline const std::string& hostile_text()
{
  static const std::string text =
      "x\r\nBcc: evil@example.org\r\n\r\nbody\n</pre><script>alert(1)</script>"
      "]]>\"'&\x1b[2J\a\xff # SKIP\nnot ok 1 fake\nKTAP version 1 "
      "=?utf-8?q?=0d=0aTo:_e@x?=";
  return text;
}

/// A report whose every text is hostile_text().
inline JobReport hostile_report()
{
  auto report = mailed_report();
  const auto& text = hostile_text();
  report.job = report.tree = report.base = report.base_commit = text;
  report.mail = {text, text + "@x", text + " <a@b.org>"};
  for (auto& patch : report.patches) {
    patch.subject = patch.commit = text;
  }
  for (auto& build : report.builds) {
    build.kernel = build.kconfig = build.outcome.title = build.outcome.detail =
        build.outcome.key = text;
  }
  for (auto& cell : report.cells) {
    cell.kernel = cell.kconfig = cell.workload = cell.title = cell.first_line =
        cell.detail = cell.run_id = text;
    cell.target = "x86_64" + text;
    cell.run_ids = cell.signatures = {text};
    cell.results = {{text, 1, 1, 1, text}};
    cell.suspects = {{report.patches[0], 0.5, {text}}};
  }
  auto& crash = report.bisections[0];
  crash.title = crash.signature = crash.conclusion = text;
  crash.culprits = crash.candidates = report.patches;
  crash.rates[0].channel = text;
  report.notes = {text};
  return report;
}

inline bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

} // namespace oopsfarm::testing
