// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

static std::string title_of(const std::string& log)
{
  const auto crashes = crashes_in(log);
  return crashes.empty() ? "" : crashes.front().title;
}

TEST_CASE("powerpc's LR says who called a helper that called nobody itself")
{
  const std::string start =
      "WARNING: CPU: 27 PID: 1084 at mm/slub.c:3246 "
      "kmem_cache_alloc+0x3b0/0x1\n"
      "NIP [c000000000444df0] kmem_cache_alloc+0x3b0/0x680\n";
  const std::string end =
      "Call Trace:\n"
      "[c000000052393720] [c008000007fd0e18] farm_stale+0x530/0x6b0 "
      "(unreliable)\n"
      "[c000000052393820] [c008000007fd36d8] farm_outer+0x80/0x110 [farm]\n";
  CHECK(title_of(start +
                 "LR [c008000007fe6b44] farm_head+0x13c/0x2b8 [farm]\n" +
                 end) == "WARNING in farm_head");
  CHECK(title_of(start +
                 "LR [c000000000444de0] kmem_cache_alloc+0x3a0/0x680\n" +
                 end) == "WARNING in farm_outer");
}

TEST_CASE("arm64's trace has the caller that its lr names")
{
  CHECK(title_of("Unable to handle kernel paging request at virtual address 1\n"
                 "pc : kfree+0x10/0x20\n"
                 "lr : farm_put+0x10/0x20\n"
                 "Call trace:\n"
                 " kfree+0x10/0x20\n"
                 " farm_free+0x10/0x20\n") ==
        "BUG: unable to handle kernel paging request in farm_free");
}

TEST_CASE("A stall is below the first timer interrupt")
{
  const std::string other =
      "rcu: INFO: rcu_preempt self-detected stall on CPU\n"
      "NMI backtrace for cpu 0\n"
      "RIP: 0010:farm_dequeue+0x552/0xa20\n"
      "Call Trace:\n <IRQ>\n"
      " farm_timer_expire+0x687/0xa00\n"
      " call_timer_fn+0x1ac/0x780\n"
      " __do_softirq+0x262/0x98c\n"
      " irq_exit+0x19b/0x1e0\n";
  const std::string interrupt = " smp_apic_timer_interrupt+0x1a3/0x610\n"
                                " apic_timer_interrupt+0xf/0x20\n </IRQ>\n";
  const std::string task = "RIP: 0010:_raw_write_unlock_irq+0x54/0x90\n"
                           " do_exit+0x13ab/0x2e50\n"
                           " do_group_exit+0x135/0x360\n"
                           " __x64_sys_exit_group+0x44/0x50\n"
                           " do_syscall_64+0xfd/0x6a0\n";
  CHECK(title_of(other + interrupt + task) ==
        "INFO: rcu detected stall in sys_exit_group");
  CHECK(title_of(other) == "INFO: rcu detected stall in farm_timer_expire");
  CHECK(title_of("watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\n"
                 "RIP: 0010:smp_call_function_single+0x10/0x20\n"
                 "Call Trace:\n farm_sync+0x10/0x20\n" +
                 interrupt + task) == "BUG: soft lockup in smp_call_function");
}

TEST_CASE("the last line of an arm32 trace names a caller of its own")
{
  const std::string trace =
      "INFO: rcu_sched detected stalls on CPUs/tasks:\n"
      "Backtrace: \n"
      "[<8011218c>] (unwind_backtrace) from [<8010e300>] "
      "(show_stack+0x18/0x1c)\n"
      "[<80101a0c>] (__irq_svc) from [<80b2f268>] (farm_wait+0x1c/0x20)\n"
      "[<80b2f268>] (farm_wait) from [<802918b8>] (do_mount+0x260/0xf98)\n"
      "[<802918b8>] (do_mount) from [<80292a90>] (ksys_mount+0x9c/0x100)\n"
      "[<80292a90>] (ksys_mount) from [<80101000>] "
      "(ret_fast_syscall+0x0/0x54)\n"
      "Exception stack(0x96737fa8 to 0x96737ff0)\n"
      "7fa0: 2000a000\n7fc0: 2000a000\n7fe0: 75f8eb10\n"
      "rcu_sched kthread starved for 2102 jiffies!\n"
      "[<80b2ad34>] (__schedule) from [<80b2b144>] (schedule+0x40/0xa0)\n"
      "[<8018c188>] (rcu_gp_kthread) from [<80156c74>] (kthread+0x168/0x174)\n";
  CHECK(title_of(trace) == "INFO: rcu detected stall in mount");
}

TEST_CASE("Wrappers of registration and of hotplug are not to blame")
{
  CHECK(title_of("WARNING: CPU: 0 PID: 0 at lib/kobject.c:626 "
                 "kobject_get+0x90/0x100\n"
                 "NIP [c00000000073b0c0] kobject_get+0x90/0x100\n"
                 "LR [c00000000073b0bc] kobject_get+0x8c/0x100\n"
                 "Call Trace:\n"
                 "[c0000010] [c0000020] device_add+0xf4/0xb00\n"
                 "[c0000010] [c0000020] of_device_add+0x64/0x80\n"
                 "[c0000010] [c0000020] farm_create+0xd0/0x1b0\n") ==
        "WARNING: kobject bug in farm_create");
  CHECK(title_of(
            "BUG: scheduling while atomic: swapper/1/1/0x00000002\n"
            "Call Trace:\n"
            "[c0000010] [c0000020] schedule+0x10/0x20\n"
            "[c0000010] [c0000020] cpuhp_issue_call+0x10/0x20\n"
            "[c0000010] [c0000020] __cpuhp_setup_state_cpuslocked+0x10/0x20\n"
            "[c0000010] [c0000020] farm_init_pmu+0x10/0x20\n") ==
        "BUG: scheduling while atomic in farm_init_pmu");
}

TEST_CASE("A stack that overflowed is the report's, not the panic's behind it")
{
  CHECK(title_of("do_IRQ: stack overflow: 1808\n"
                 "Call Trace:\n"
                 "[c0000010] [c0000020] __do_IRQ+0x11c/0x130\n"
                 "[c0000010] [c0000020] farm_send+0x11c/0x130\n"
                 "[c0000010] [c0000020] farm_get_tree_common+0x104/0x5f0\n"
                 "Kernel panic - not syncing: corrupted stack end detected "
                 "inside scheduler\n"
                 "Call Trace:\n"
                 "[c0000010] [c0000020] panic+0x11c/0x130\n"
                 "[c0000010] [c0000020] farm_get_tree+0x11c/0x130\n"
                 "[c0000010] [c0000020] vfs_get_tree+0x11c/0x130\n") ==
        "kernel panic: corrupted stack end in farm_get_tree_common");
}
