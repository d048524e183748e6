// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// BUG() and the checks of the scheduler and friends: lib/bug.c,
/// kernel/sched/core.c, lib/smp_processor_id.c, kernel/locking/spinlock_debug.c
/// of Linux.

static std::vector<Rule> bug_at_rules()
{
  return {
      {"(?i)kernel BUG at (?:\\S*/)?lib/list_debug\\.c",
       nullptr,
       "BUG: corrupted list in {F}",
       FramePolicy::fault,
       "bad-access in {F}"},
      {"(?i)kernel BUG at (?:\\S*/)?mm/usercopy\\.c",
       nullptr,
       "BUG: bad usercopy in {F}",
       FramePolicy::fault,
       nullptr,
       "check_stack_object"},
      {"(?i)kernel BUG at ", nullptr, "kernel BUG in {F}", FramePolicy::fault},
  };
}

static Head
plain(const char* anchor, std::vector<Rule> rules, Place place = Place::start)
{
  return {anchor, place, Role::report, std::move(rules)};
}

static Head atomic()
{
  return plain("BUG: scheduling while atomic",
               {{"BUG: scheduling while atomic",
                 nullptr,
                 "BUG: scheduling while atomic in {F}",
                 FramePolicy::hung,
                 nullptr,
                 "schedule_bug schedule_debug schedule schedule_timeout "
                 "preempt_schedule*"}},
               Place::anywhere);
}

static Head sleeping()
{
  return plain("BUG: sleeping function called from invalid context",
               {{"BUG: sleeping function",
                 nullptr,
                 "BUG: sleeping function called from invalid context in {F}",
                 FramePolicy::trace,
                 nullptr,
                 "*might_resched* *might_sleep* lock_sock* "
                 "*prepare_alloc_pages"}},
               Place::anywhere);
}

static Head preemptible()
{
  return plain("BUG: using ",
               {{"BUG: using ([\\w()]+) in preemptible",
                 nullptr,
                 "BUG: using {1} in preemptible code in {F}",
                 FramePolicy::trace}},
               Place::anywhere);
}

static Head spinlock()
{
  return plain("BUG: spinlock ",
               {{"BUG: spinlock (\\w[\\w ]*?)(?: on| for|,|$)",
                 nullptr,
                 "BUG: spinlock {1} in {F}",
                 FramePolicy::trace,
                 nullptr,
                 "spin_bug"}},
               Place::anywhere);
}

static Head rwlock()
{
  return plain("BUG: rwlock ",
               {{"BUG: rwlock (\\w[\\w ]*?)(?: on| for|,|$)",
                 nullptr,
                 "BUG: rwlock {1} in {F}",
                 FramePolicy::trace}},
               Place::anywhere);
}

static constexpr const char* skb_allocators =
    "__alloc_skb alloc_skb* dev_alloc_skb* netdev_alloc_skb* "
    "__netdev_alloc_skb* sk_alloc* sock_alloc*";

static Head memory_leak()
{
  return plain("BUG: memory leak",
               {{"BUG: memory leak",
                 "(?m)backtrace",
                 "memory leak in {F}",
                 FramePolicy::trace,
                 nullptr,
                 skb_allocators},
                {"BUG: memory leak",
                 nullptr,
                 "memory leak",
                 FramePolicy::none,
                 nullptr,
                 "",
                 Trust::corrupted}},
               Place::anywhere);
}

/// kmemleak's own words (mm/kmemleak.c), which follow "BUG: memory leak" where
/// a test harness printed that.
static Head unreferenced()
{
  return {"unreferenced object 0x",
          Place::start,
          Role::consequence,
          {{"unreferenced",
            "(?m)backtrace",
            "memory leak in {F}",
            FramePolicy::trace,
            nullptr,
            skb_allocators},
           {"unreferenced",
            nullptr,
            "memory leak",
            FramePolicy::none,
            nullptr,
            "",
            Trust::corrupted}}};
}

static Head suspected_leaks()
{
  return {"kmemleak: ",
          Place::start,
          Role::consequence,
          {{"kmemleak: \\d+ new suspected memory leaks",
            nullptr,
            "memory leak",
            FramePolicy::none,
            nullptr,
            "",
            Trust::no_stack}}};
}

/// fs/open.c and fs/super.c say these without a stack.
static Head vfs(const char* anchor, const char* title)
{
  return plain(anchor,
               {{"VFS",
                 nullptr,
                 title,
                 FramePolicy::none,
                 nullptr,
                 "",
                 Trust::no_stack}},
               Place::anywhere);
}

static Head guard_page()
{
  return plain("stack guard page was hit",
               {{"stack guard page was hit",
                 nullptr,
                 "BUG: stack guard page was hit in {F}",
                 FramePolicy::stall,
                 "stack-overflow in {F}"}},
               Place::anywhere);
}

/// Any other "BUG: …" at a line's start: no form of it is known, so its own
/// words are the title.
static Head any_bug()
{
  return {"BUG: ",
          Place::start,
          Role::report,
          {
              {"BUG: workqueue leaked lock or atomic",
               "last function: (?P<F>[\\w.$]+)",
               "BUG: workqueue leaked lock or atomic in {F}",
               FramePolicy::named,
               nullptr,
               "",
               Trust::no_stack},
              {"BUG: workqueue leaked lock or atomic",
               nullptr,
               "BUG: workqueue leaked lock or atomic in {F}",
               FramePolicy::trace,
               nullptr,
               "process_one_work process_scheduled_works worker_thread"},
              {"BUG: workqueue leaked atomic, lock or RCU",
               "workfn=(?P<F>[\\w.$]+)",
               "BUG: workqueue leaked atomic, lock or RCU in {F}",
               FramePolicy::named,
               nullptr,
               "",
               Trust::no_stack},
              {"BUG: Dentry .* still in use.*\\[(unmount of [^\\]]*)\\]",
               nullptr,
               "BUG: Dentry still in use in unmount",
               FramePolicy::none,
               "BUG: Dentry still in use [{1}]",
               "",
               Trust::no_stack},
              {"BUG: (key \\S+) has not been registered",
               nullptr,
               "BUG: key has not been registered in {F}",
               FramePolicy::trace},
              {"BUG: assuming (atomic|non migratable) context at",
               nullptr,
               "BUG: assuming {1} context in {F}",
               FramePolicy::trace},
              {"BUG: (workqueue lockup)",
               nullptr,
               "BUG: workqueue lockup",
               FramePolicy::none,
               nullptr,
               "",
               Trust::no_stack},
              {"BUG: (.*)",
               nullptr,
               "BUG: {1}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
          },
          "ODEBUG:|DEBUG:|xlog_status|\\*\\*\\* DEBUG|_BUG: |BUG: \\*"};
}

std::vector<Head> bug_heads()
{
  return {
      plain("kernel BUG at ", bug_at_rules(), Place::anywhere),
      plain("Kernel BUG at ", bug_at_rules(), Place::anywhere),
      atomic(),
      sleeping(),
      preemptible(),
      spinlock(),
      rwlock(),
      memory_leak(),
      unreferenced(),
      suspected_leaks(),
      guard_page(),
      vfs("VFS: Close: file count is 0",
          "VFS: Close: file count is zero (use-after-free)"),
      vfs("VFS: Busy inodes after unmount",
          "VFS: Busy inodes after unmount (use-after-free)"),
  };
}

std::vector<Head> last_heads()
{
  return {any_bug()};
}

} // namespace oopsfarm
