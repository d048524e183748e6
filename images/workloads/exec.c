// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The user's own program or script, which the host put into the initramfs: its
 * exit status is the result, and its output, bounded, stands above that line.
 * What the output means is judged on the host.
 */
#include "workloads/lib/clock.h"
#include "workloads/lib/program.h"

static enum workload_end run_exec(struct run* run)
{
  const uint64_t duration_s = run_number(run, "duration", 60, 1, 86400);
  const struct programs* programs;
  struct program_end end;

  run_params_end(run);
  programs = programs_read(run);
  programs_prepare();
  ktap_plan(&run->ktap, 1);
  end = program_run(
      run, &programs->items[0], run->started_us + duration_s * US_PER_S);
  program_result(run, &programs->items[0], &end, duration_s);
  ktap_count(&run->ktap, "output.bytes", end.bytes);
  ktap_count(&run->ktap, "left_behind", end.leftover);
  ktap_count(
      &run->ktap, "elapsed_ms", (now_us() - run->started_us) / US_PER_MS);
  return WORKLOAD_DONE;
}

WORKLOAD(exec, "exec", run_exec);
