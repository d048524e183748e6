// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the kernel tree's own selftests, which the host built and put
 * into the initramfs: run one after the other, each with one result, and its
 * own KTAP above that line.
 */
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/program.h"

#include <string.h>

#define POOL "/proc/sys/vm/nr_hugepages"

struct limits
{
  uint64_t deadline_us; /* for all of them */
  uint64_t timeout_s;   /* for each */
  uint64_t pool;        /* bytes of huge pages */
};

/* The programs of vm (mm since 6.3) count on a pool of huge pages, as their
 * run_vmtests.sh makes one. */
static bool wants_pool(const struct program* program)
{
  return strncmp(program->name, "vm:", 3) == 0 ||
         strncmp(program->name, "mm:", 3) == 0;
}

static void set_pool(struct run* run, uint64_t bytes)
{
  uint64_t page_kb = 0;
  uint64_t pages = 0;

  if (read_keyed("/proc/meminfo", "Hugepagesize", &page_kb) < 0 ||
      page_kb == 0) {
    return;
  }
  write_number(POOL, bytes / (page_kb << 10));
  read_number(POOL, &pages);
  if (bytes > 0) {
    ktap_count(&run->ktap, "hugetlb.pages", pages);
    ktap_count(&run->ktap, "hugetlb.page_bytes", page_kb << 10);
  }
}

static void run_one(struct run* run,
                    const struct program* program,
                    const struct limits* limits)
{
  const uint64_t now = now_us();
  const uint64_t own = now + limits->timeout_s * US_PER_S;
  struct program_end end;

  if (now >= limits->deadline_us) {
    ktap_result(&run->ktap, false, program->name, "not run: the time was over");
    return;
  }
  if (wants_pool(program)) {
    set_pool(run, limits->pool);
  }
  end = program_run(
      run, program, own < limits->deadline_us ? own : limits->deadline_us);
  program_result(run, program, &end, (now_us() - now) / US_PER_S);
  if (wants_pool(program)) {
    set_pool(run, 0);
  }
}

static enum workload_end run_kselftest(struct run* run)
{
  const uint64_t quarter = total_memory() / 4;
  struct limits limits;
  const struct programs* programs;
  int i;

  limits.deadline_us =
      run->started_us + run_number(run, "duration", 600, 1, 86400) * US_PER_S;
  limits.timeout_s = run_number(run, "timeout", 120, 1, 86400);
  limits.pool = run_number(run, "hugetlb", 256ULL << 20, 0, 1ULL << 40);
  run_params_end(run);
  /* map_hugetlb wants 256 MiB, a little more than a quarter of what a guest of
   * 1 GiB has left of it. */
  if (limits.pool > quarter + quarter / 8) {
    limits.pool = quarter + quarter / 8;
  }
  programs = programs_read(run);
  programs_prepare();
  ktap_plan(&run->ktap, (unsigned)programs->count);
  for (i = 0; i < programs->count; i++) {
    run_one(run, &programs->items[i], &limits);
  }
  ktap_count(
      &run->ktap, "elapsed_ms", (now_us() - run->started_us) / US_PER_MS);
  return WORKLOAD_DONE;
}

WORKLOAD(kselftest, "kselftest", run_kselftest);
