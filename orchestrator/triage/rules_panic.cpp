// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// panic(): kernel/panic.c of Linux. Most panics only end what an oops or a
/// warning began; those have the role of a consequence.
static Rule
bare(const char* head, const char* title, Trust trust = Trust::no_stack)
{
  return {head, nullptr, title, FramePolicy::none, nullptr, "", trust};
}

static Head panic()
{
  static constexpr const char* stack_end =
      "Kernel panic - not syncing: corrupted stack end";
  return {
      "Kernel panic - not syncing",
      Place::anywhere,
      Role::report,
      {
          {stack_end,
           nullptr,
           "kernel panic: corrupted stack end in {F}",
           FramePolicy::stall,
           "stack-overflow in {F}"},
          {"Kernel panic - not syncing: kernel stack overflow",
           nullptr,
           "kernel stack overflow in {F}",
           FramePolicy::stall,
           "stack-overflow in {F}"},
          {"Kernel panic - not syncing: stack-protector: .*in: "
           "(?P<F>[\\w.$]+)",
           nullptr,
           "kernel panic: stack is corrupted in {F}",
           FramePolicy::named},
          bare("Kernel panic - not syncing: Attempted to kill init!",
               "kernel panic: Attempted to kill init!"),
          bare("Kernel panic - not syncing: VFS: Unable to mount root fs",
               "kernel panic: VFS: Unable to mount root fs on "
               "unknown-block(NUM,NUM)"),
          {"Kernel panic - not syncing: Hard LOCKUP",
           nullptr,
           "hard lockup in {F}",
           FramePolicy::fault,
           "stall in {F}",
           "do_idle default_idle* cpu_idle* watchdog_*"},
          bare("Kernel panic - not syncing: (Couldn't open N_TTY ldisc)",
               "kernel panic: {1}"),
          bare("Kernel panic - not syncing: (Fatal exception|panic_on_warn|"
               "hung_task: blocked tasks|softlockup: hung tasks|RCU Stall|"
               "kernel: panic_on_warn)",
               "kernel panic: {1}",
               Trust::corrupted),
          bare("Kernel panic - not syncing: (Out of memory: .*? is enabled|Out "
               "of memory and no killable processes|System is deadlocked on "
               "memory)",
               "kernel panic: {1}"),
          bare("Kernel panic - not syncing: (bad mode)", "kernel panic: {1}"),
          bare("Kernel panic - not syncing: (.+)", "kernel panic: {1}"),
          bare("Kernel panic - not syncing", "kernel panic", Trust::corrupted),
      },
      "---\\[ end Kernel panic"};
}

static Head stack_overflow(const char* anchor)
{
  return {anchor,
          Place::anywhere,
          Role::report,
          {{"",
            nullptr,
            "kernel panic: corrupted stack end in {F}",
            FramePolicy::stall,
            "stack-overflow in {F}"}}};
}

static Head insufficient_stack()
{
  return {"Insufficient stack space to handle exception",
          Place::anywhere,
          Role::report,
          {{"Insufficient",
            nullptr,
            "kernel stack overflow in {F}",
            FramePolicy::stall,
            "stack-overflow in {F}"}}};
}

/// The secure world's kernel beside arm64's: its panics come through
/// drivers/trusty, before the warning of the driver that lost it.
static Head trusty()
{
  return {
      "trusty: panic",
      Place::anywhere,
      Role::report,
      {
          bare("trusty: panic.*?\\): (?:DEBUG )?ASSERT FAILED at "
               "\\(.*?\\): (.+)",
               "trusty: ASSERT FAILED: {1}"),
          bare("trusty: panic.*?\\): (?:DEBUG )?ASSERT FAILED at ",
               "trusty: ASSERT FAILED:",
               Trust::corrupted),
          bare("trusty: panic \\(caller [^)]*\\): (.+)", "trusty: panic: {1}"),
      }};
}

std::vector<Head> panic_heads()
{
  return {
      panic(),
      trusty(),
      stack_overflow("do_IRQ: stack overflow"),
      stack_overflow("Thread overran stack, or stack corrupted"),
      stack_overflow("Kernel stack overflow in process"),
      insufficient_stack(),
  };
}

} // namespace oopsfarm
