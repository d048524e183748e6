// SPDX-License-Identifier: GPL-2.0-or-later
// Serial 1: bounded, the same whatever the chunking, and no pass for garbage.
#include "fuzz/fuzz.h"
#include "triage/judge.h"

#include <algorithm>

using namespace oopsfarm;

static KtapReport whole_report(std::string_view text)
{
  KtapReader reader;
  reader.feed(text);
  reader.finish();
  return reader.report();
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto text = fuzz::text_of(data, size);
  RunEvidence run;
  run.workload.name = "memcg";
  run.boot_phase = BootPhase::init;
  run.init_reached = true;
  run.ktap = whole_report(text);
  KtapReader piecewise;
  fuzz::feed_in_pieces(piecewise, text);
  piecewise.finish();
  const auto& parts = piecewise.report();
  fuzz::require(run.ktap.result_count == parts.result_count &&
                    run.ktap.facts == parts.facts &&
                    run.ktap.problems == parts.problems &&
                    run.ktap.kill_count == parts.kill_count &&
                    run.ktap.bye == parts.bye,
                "chunking changes nothing");
  const KtapLimits limits;
  fuzz::require(parts.results.size() <= limits.results &&
                    parts.facts.size() <= limits.facts &&
                    parts.kills.size() <= limits.kills &&
                    parts.programs.size() <= limits.programs &&
                    parts.problems.size() <= limits.problems,
                "reports are bounded");
  const auto judged = judge(run);
  if (judged.verdict == Verdict::pass) {
    fuzz::require(parts.bye && parts.version_seen && parts.plan &&
                      parts.problems.empty() && parts.failures == 0,
                  "what passes is a whole report");
  }
  return 0;
}
