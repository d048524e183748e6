// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// Checks that say what they found in words of their own, neither BUG() nor
/// WARN(): mm/page_poison.c, mm/slab.c, mm/mempool.c, mm/swapfile.c,
/// kernel/smp.c, kernel/softirq.c, kernel/sched, arch/x86/mm/extable.c of
/// Linux.

static Head check(const char* anchor, Rule rule, Place place = Place::start)
{
  return {anchor, place, Role::report, {rule}};
}

static Rule bare(const char* head, const char* title)
{
  return {
      head, nullptr, title, FramePolicy::none, nullptr, "", Trust::no_stack};
}

/// A freed page was written to; who allocates it next finds out.
static Head poisoned_page(const char* anchor, const char* title)
{
  return check(anchor,
               {"pagealloc",
                nullptr,
                title,
                FramePolicy::trace,
                nullptr,
                "check_poison_mem unpoison_page* *kernel_unpoison_pages "
                "*kernel_map_pages rmqueue* *alloc_pages_bulk*"});
}

/// SLAB's "slab error in f(): cache `x': what", with a stack.
static Head slab_error()
{
  return check("slab error in ",
               {"slab error in \\w+\\(\\): cache `[^']*': (.*)",
                nullptr,
                "slab error: {1} in {F}",
                FramePolicy::trace,
                nullptr,
                "cache_* slab_* free_block slabs_destroy drain_array*"});
}

/// "_swap_info_get: Bad swap file entry 3fffffff": a page table holds what was
/// never a swap entry, or no longer is. There is no stack.
static Head swap_entry(const char* anchor)
{
  return {anchor,
          Place::anywhere,
          Role::report,
          {bare("(?:_swap_info_get|swap_info_get|swap_info_get_cont|"
                "get_swap_device): (Bad|Unused) swap (file|offset) entry",
                "BUG: {1} swap {2} entry")},
          nullptr,
          Match::whole_line};
}

/// CONFIG_CSD_LOCK_WAIT_DEBUG: a CPU does not do what another waits for. Both
/// CPUs' stacks follow.
static Head csd_lock()
{
  return check("non-responsive CSD lock",
               {"non-responsive CSD lock",
                nullptr,
                "INFO: non-responsive CSD lock in {F}",
                FramePolicy::stall,
                "stall in {F}",
                "*csd_lock_wait* csd_lock_print_extended"},
               Place::anywhere);
}

static Head scheduler(const char* anchor, const char* title)
{
  return check(anchor,
               {"",
                nullptr,
                title,
                FramePolicy::hung,
                nullptr,
                "dequeue_task_idle dequeue_task schedule_debug"});
}

static Head early_exception()
{
  return check("PANIC: early exception",
               {"PANIC: early exception",
                nullptr,
                "PANIC: early exception in {F}",
                FramePolicy::fault,
                nullptr,
                "early_fixup_exception do_early_exception early_idt_handler*"});
}

static Head mempool_poison()
{
  return check("BUG: mempool element poison mismatch",
               {"BUG: mempool",
                nullptr,
                "BUG: mempool element poison mismatch in {F}",
                FramePolicy::trace,
                nullptr,
                "poison_error *check_element* remove_element mempool_*"});
}

std::vector<Head> check_heads()
{
  return {
      poisoned_page("pagealloc: memory corruption",
                    "BUG: pagealloc: memory corruption in {F}"),
      poisoned_page("pagealloc: single bit error",
                    "BUG: pagealloc: single bit error in {F}"),
      slab_error(),
      check("Slab corruption (", bare("Slab", "BUG: slab corruption")),
      mempool_poison(),
      swap_entry("Bad swap file entry "),
      swap_entry("Bad swap offset entry "),
      swap_entry("Unused swap file entry "),
      swap_entry("Unused swap offset entry "),
      csd_lock(),
      check("huh, entered softirq",
            bare("huh, entered softirq \\d+ (\\w+) \\S+ with preempt_count",
                 "BUG: softirq {1} leaked preempt count")),
      scheduler("bad: scheduling from the idle thread!",
                "BUG: scheduling from the idle thread in {F}"),
      scheduler("BUG: scheduling in a non-blocking section",
                "BUG: scheduling in a non-blocking section in {F}"),
      check("BUG: looking up invalid subclass",
            {"BUG: looking up",
             nullptr,
             "BUG: looking up invalid subclass in {F}",
             FramePolicy::trace}),
      check("WARNING: chain_key collision",
            bare("WARNING", "WARNING: chain_key collision")),
      early_exception(),
  };
}

} // namespace oopsfarm
