// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

#include <string>

namespace oopsfarm {

/// lockdep, all forms: kernel/locking/lockdep.c of Linux. A form is headed
/// "INFO: x", "[ INFO: x ]", "[ BUG: x ]" or, since 4.13, "WARNING: x".
static std::vector<Rule> deadlock(const char* head)
{
  return {
      {head,
       "which became .*irq-safe",
       "possible deadlock in {F}",
       FramePolicy::became},
      {head,
       "(?m)[ )]at: |^ *stack backtrace:",
       "possible deadlock in {F}",
       FramePolicy::lock},
      {"(.*)",
       nullptr,
       "WARNING: {1}",
       FramePolicy::none,
       nullptr,
       "",
       Trust::corrupted},
  };
}

static std::vector<Rule> rcu(const char* head, const char* title)
{
  return {
      {head, "(?m)^ *(?:Call [Tt]race:|Backtrace:)", title, FramePolicy::trace},
      {head, "(?m)^ *stack backtrace:$", title, FramePolicy::trace},
      {"(.*suspicious RCU usage)",
       nullptr,
       "{1}",
       FramePolicy::none,
       nullptr,
       "",
       Trust::corrupted},
  };
}

/// "x is trying to release lock (y) at:" and the place on the next line.
static std::vector<Rule> unlock(const char* head, const char* title)
{
  return {
      {head,
       "(?m)trying to release lock .* at:\\n *(?:\\[<\\w+>\\] *)?"
       "(?P<F>[\\w.$]+)",
       title,
       FramePolicy::trace},
      {head, nullptr, title, FramePolicy::trace},
  };
}

static Head lockdep(const char* anchor, std::vector<Rule> rules)
{
  return {anchor, Place::anywhere, Role::report, std::move(rules)};
}

static std::vector<Rule> lock_rule(const char* head,
                                   const char* title,
                                   FramePolicy frame = FramePolicy::lock,
                                   Trust trust = Trust::yes)
{
  return {{head, nullptr, title, frame, nullptr, "", trust}};
}

static std::vector<Head> orders()
{
  return {
      lockdep("possible circular locking dependency detected",
              deadlock("possible")),
      lockdep("possible recursive locking detected", deadlock("possible")),
      lockdep("possible irq lock inversion dependency", deadlock("possible")),
      lockdep("HARDIRQ-safe -> HARDIRQ-unsafe lock order", deadlock("HARD")),
      lockdep("SOFTIRQ-safe -> SOFTIRQ-unsafe lock order", deadlock("SOFT")),
      lockdep("RECLAIM_FS-safe -> RECLAIM_FS-unsafe lock order",
              deadlock("RECLAIM")),
      lockdep("possible ISR deadlock", deadlock("possible")),
  };
}

static std::vector<Head> states()
{
  return {
      lockdep("inconsistent lock state",
              lock_rule("inconsistent",
                        "inconsistent lock state in {F}",
                        FramePolicy::trace)),
      lockdep("INFO: suspicious RCU usage",
              lock_rule("INFO",
                        "INFO: suspicious RCU usage in {F}",
                        FramePolicy::trace)),
      lockdep("WARNING: suspicious RCU usage",
              rcu("WARNING", "WARNING: suspicious RCU usage in {F}")),
      lockdep("BUG: bad unlock balance detected",
              unlock("BUG", "BUG: bad unlock balance in {F}")),
      lockdep("WARNING: bad unlock balance detected",
              unlock("WARNING", "WARNING: bad unlock balance in {F}")),
      lockdep("BUG: held lock freed",
              lock_rule("BUG", "BUG: held lock freed in {F}")),
      lockdep("WARNING: held lock freed",
              lock_rule("WARNING", "WARNING: held lock freed in {F}")),
      lockdep("BUG: lock held when returning to user space",
              lock_rule("BUG",
                        "BUG: lock held when returning to user space in {F}",
                        FramePolicy::lock,
                        Trust::no_stack)),
      lockdep(
          "WARNING: lock held when returning to user space",
          lock_rule("WARNING",
                    "WARNING: lock held when returning to user space in {F}",
                    FramePolicy::lock,
                    Trust::no_stack)),
      lockdep(
          "BUG: Invalid wait context",
          lock_rule("BUG", "WARNING: locking bug in {F}", FramePolicy::trace)),
      lockdep("WARNING: Nested lock was not taken",
              lock_rule("WARNING",
                        "WARNING: Nested lock was not taken in {F}",
                        FramePolicy::lock)),
      lockdep("WARNING: bad contention detected",
              lock_rule("WARNING",
                        "WARNING: bad contention detected in {F}",
                        FramePolicy::trace)),
      lockdep("INFO: trying to register non-static key",
              lock_rule("INFO",
                        "INFO: trying to register non-static key in "
                        "{F}",
                        FramePolicy::trace)),
      lockdep("BUG: MAX_LOCK",
              {{"BUG: (MAX_LOCK\\w+ too low)",
                nullptr,
                "BUG: {1}",
                FramePolicy::none,
                nullptr,
                "",
                Trust::no_stack}}),
      lockdep("WARNING: lock held",
              lock_rule("WARNING", "WARNING: lock held in {F}")),
  };
}

/// "WARNING: comm/123 still has locks held!": the anchor comes late, so that
/// the rules look at the text before it through the whole line.
static Head still_held()
{
  return {"still has locks held!",
          Place::anywhere,
          Role::report,
          {{"BUG: ",
            nullptr,
            "BUG: still has locks held in {F}",
            FramePolicy::lock},
           {"WARNING: ",
            nullptr,
            "WARNING: still has locks held in {F}",
            FramePolicy::lock}},
          nullptr,
          Match::whole_line};
}

std::vector<Head> lock_heads()
{
  auto heads = orders();
  for (auto& head : states()) {
    heads.push_back(std::move(head));
  }
  heads.push_back(still_held());
  return heads;
}

} // namespace oopsfarm
