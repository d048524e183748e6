// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// Stalls and hangs: kernel/watchdog.c, kernel/rcu/tree_stall.h,
/// kernel/hung_task.c, kernel/workqueue.c, arch/powerpc/kernel/watchdog.c of
/// Linux.
static constexpr const char* stall = "stall in {F}";
static constexpr const char* rcu_title = "INFO: rcu detected stall in {F}";

static Head hang(const char* anchor,
                 std::vector<Rule> rules,
                 const char* not_with = nullptr)
{
  return {anchor, Place::anywhere, Role::report, std::move(rules), not_with};
}

static std::vector<Rule> rcu(const char* head)
{
  return {{head, nullptr, rcu_title, FramePolicy::stall, stall}};
}

static std::vector<Rule> hard_lockup()
{
  return {
      {".*?(?:LOCKUP|lockup) @ (?P<F>[\\w.$]+)\\+",
       nullptr,
       "hard lockup in {F}",
       FramePolicy::named,
       stall},
      {".*",
       nullptr,
       "hard lockup in {F}",
       FramePolicy::fault,
       stall,
       "do_idle default_idle* cpu_idle* watchdog_*"},
  };
}

std::vector<Head> hang_heads()
{
  return {
      hang("BUG: soft lockup",
           {{"BUG: soft lockup",
             nullptr,
             "BUG: soft lockup in {F}",
             FramePolicy::stall,
             stall}}),
      hang("INFO: rcu_",
           rcu("INFO: rcu_\\w+ (?:self-)?detected|INFO: rcu_\\w+ "
               "kthread starved|INFO: rcu_")),
      hang("self-detected stall on CPU", rcu("")),
      hang("detected stalls on CPUs/tasks", rcu("")),
      hang("detected expedited stalls on CPUs", rcu("")),
      {" blocked for more than ",
       Place::anywhere,
       Role::report,
       {{"INFO: task.* blocked for more than \\d+ sec",
         nullptr,
         "INFO: task hung in {F}",
         FramePolicy::hung,
         "hang in {F}"}},
       nullptr,
       Match::whole_line},
      hang("INFO: task ",
           {
               {"INFO: task .* blocked in I/O wait",
                nullptr,
                "INFO: task hung in {F}",
                FramePolicy::hung,
                "hang in {F}"},
               {"INFO: task .* can't die for more",
                nullptr,
                "INFO: task can't die in {F}",
                FramePolicy::hung,
                "hang in {F}"},
           },
           "is blocked on a \\w+"),
      hang("hard LOCKUP", hard_lockup(), "became unstuck|Kernel panic"),
      hang("Hard LOCKUP", hard_lockup(), "became unstuck|Kernel panic"),
      hang("BUG: workqueue lockup",
           {{"BUG: workqueue",
             nullptr,
             "BUG: workqueue lockup",
             FramePolicy::none,
             nullptr,
             "",
             Trust::no_stack}}),
      hang("unregister_netdevice: waiting for",
           {{"unregister_netdevice: waiting for (?:.*) to become free",
             nullptr,
             "unregister_netdevice: waiting for DEV to become free",
             FramePolicy::none,
             nullptr,
             "",
             Trust::no_stack}}),
  };
}

} // namespace oopsfarm
