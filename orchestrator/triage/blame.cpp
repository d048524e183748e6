// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/blame.h"

#include "triage/head_finder.h"
#include "triage/helpers.h"
#include "triage/name_table.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

/// A search among the frames of one report.
struct Search
{
  const ReportText& report;
  const std::vector<StackFrame>& frames;
  const NameTable& skip; ///< the rule's own helpers

  bool skipped(std::string_view name) const
  {
    return is_helper(name) || skip.holds(name);
  }
};

/// NIP or RIP held no function (a jump to NULL): then LR says who jumped.
static bool lost_pc(const Search& search, const StackFrame& link)
{
  return link.line > 0 &&
         starts_with(search.report.text(link.line - 1), "NIP [") &&
         !parse_frame(search.report.text(link.line - 1));
}

/// Whether the link register at `index` says who called the function where the
/// CPU was: as long as that one has called nobody itself, LR is the way back
/// from it. On powerpc the trace does not have it then (its first frame, the
/// "(unreliable)" one, is stale); arm64's has.
static bool is_caller_in_link(const Search& search, std::size_t index)
{
  const auto& link = search.frames[index];
  if (link.kind != FrameKind::link) {
    return false;
  }
  if (index == 0 || search.frames[index - 1].kind != FrameKind::fault) {
    return lost_pc(search, link);
  }
  const auto& fault = search.frames[index - 1];
  return fault.name != link.name && fault.line + 1 == link.line &&
         starts_with(search.report.text(fault.line), "NIP [");
}

static std::string_view fault_frame(const Search& search)
{
  std::string_view otherwise; // a helper may be the culprit itself
  for (std::size_t index = 0; index < search.frames.size(); ++index) {
    const auto& frame = search.frames[index];
    const bool counts = frame.kind == FrameKind::fault ||
                        (frame.kind == FrameKind::trace && frame.trusted) ||
                        is_caller_in_link(search, index);
    if (!counts) {
      continue;
    }
    if (!search.skipped(frame.name)) {
      return frame.name;
    }
    if (otherwise.empty() && !is_reporter(frame.name)) {
      otherwise = frame.name;
    }
  }
  return otherwise;
}

static std::string_view trace_frame(const Search& search, std::size_t from_line)
{
  for (const auto& frame : search.frames) {
    if (frame.kind == FrameKind::trace && frame.trusted &&
        frame.line >= from_line && !search.skipped(frame.name)) {
      return frame.name;
    }
  }
  return {};
}

/// The first line behind the head that opens a trace, or the head.
static std::size_t trace_start(const ReportText& report)
{
  const auto line = report.find_mark(opens_trace, report.head() + 1);
  return line < report.size() ? line : report.head();
}

/// The first place of a lock, else the first place on the ways to it.
static std::string_view lock_frame(const Search& search)
{
  for (const auto& frame : search.frames) {
    if (frame.kind == FrameKind::lock && frame.name != "process_one_work" &&
        !search.skipped(frame.name)) {
      return frame.name;
    }
  }
  for (const auto& frame : search.frames) {
    if (frame.kind == FrameKind::trace && frame.trusted &&
        !starts_with(frame.name, "flush_workqueue") &&
        !starts_with(frame.name, "__flush_work") &&
        !search.skipped(frame.name)) {
      return frame.name;
    }
  }
  return {};
}

/// Where the lock was first taken in the state that is now wrong.
static std::string_view became_frame(const Search& search)
{
  return trace_frame(search,
                     search.report.find("which became ", search.report.head()));
}

/// The detector's own functions, and the interrupt that it runs in: what
/// comes below them is what stalled.
static bool is_detector(std::string_view name)
{
  static const NameTable table(
      "*apic_timer_interrupt* hrtimer_interrupt hrtimer_run_queues "
      "*run_hrtimer* *hrtimer_run_queues* tick_* update_process_times "
      "rcu_check_* rcu_sched_clock_irq rcu_pending print_cpu_stall* "
      "rcu_dump_* check_cpu_stall* sched_show_task nmi_* "
      "*trigger_*backtrace* arch_trigger* watchdog_* "
      "timer_interrupt *timer_interrupt decrementer_* *sysvec_* "
      "local_apic_* arch_timer_* handle_percpu_* generic_handle_* "
      "gic_handle_irq *handle_domain_irq* el1_irq* el1h_64_irq* "
      "handle_IRQ irq_svc *irq_svc dump_cpu_task rcu_note_* "
      "print_other_cpu_stall "
      "perf_event_nmi* perf_event_overflow* hld_* fiq_* twd_handler "
      "do_handle_IPI ipi_* "
      "call_on_irq_stack do_interrupt_handler el1_interrupt "
      "soft_nmi* interrupt_nmi* rcu_gp_* rcu_gp_kthread "
      "arch_timer_* tick_periodic __switch_to __schedule schedule "
      "schedule_timeout preempt_schedule_irq irqentry_exit");
  return table.holds(name);
}

/// x86's timer interrupt. Where a stack has one, what is stuck is below the
/// first: the detector ran in it, or it is where the CPU's other stack, which
/// an NMI asked for, had a softirq on top.
static bool is_timer_interrupt(std::string_view name)
{
  return name.find("apic_timer_interrupt") != std::string_view::npos;
}

/// The function right above the first entry point from frame `start` on: the
/// top of a stalled stack is wherever the interrupt happened to hit. Once a
/// stack that overflowed was told, the scheduler finds its end overwritten: the
/// stack which that panic prints is another one.
static std::string_view above_entry(const Search& search, std::size_t start)
{
  const auto panic = search.report.find(
      "panic - not syncing: corrupted stack end", search.report.head() + 1);
  std::string_view above;   // no helper
  std::string_view closest; // a helper right above an entry point
  std::string_view bottom;  // of a trace that was cut before an entry point
  std::string_view helper;
  for (auto index = start; index < search.frames.size(); ++index) {
    const auto& frame = search.frames[index];
    const bool counts = frame.kind == FrameKind::link
                            ? is_caller_in_link(search, index)
                            : frame.kind != FrameKind::lock && frame.trusted;
    if (!counts) {
      continue;
    }
    if (frame.line > panic && !above.empty()) {
      break;
    }
    const auto name = frame.name;
    if (starts_with(name, "smp_call_function")) {
      return name;
    }
    if (is_detector(name)) {
      above = helper = {};
    } else if (is_anchor(name)) {
      if (!above.empty()) {
        return above;
      }
      closest = closest.empty() ? helper : closest;
      bottom = bottom.empty() ? name : bottom;
    } else if (!is_reporter(name) && !search.skip.holds(name)) {
      helper = name;
      above = search.skipped(name) ? above : name;
    }
  }
  if (!above.empty()) {
    return above;
  }
  return bottom.empty() ? closest : bottom;
}

static std::string_view stall_frame(const Search& search)
{
  const auto timer = std::find_if(
      search.frames.begin(), search.frames.end(), [](const StackFrame& frame) {
        return frame.trusted && is_timer_interrupt(frame.name);
      });
  const auto called =
      std::find_if(search.frames.begin(), timer, [](const StackFrame& frame) {
        return frame.trusted && starts_with(frame.name, "smp_call_function");
      });
  if (timer != search.frames.end() && called == timer) {
    const auto below = above_entry(
        search, static_cast<std::size_t>(timer - search.frames.begin()) + 1);
    if (!below.empty()) {
      return below;
    }
  }
  return above_entry(search, 0);
}

/// What so many wait for at once that whoever waits is not to blame.
static bool is_common_wait(std::string_view name)
{
  static const NameTable table(
      "rtnl_lock synchronize_rcu synchronize_sched synchronize_rcu_bh "
      "synchronize_rcu_expedited synchronize_srcu __synchronize_srcu");
  return table.holds(name);
}

static std::string_view hung_frame(const Search& search)
{
  std::string_view first;
  const auto others = search.report.find_mark(other_cpu, search.report.head());
  const auto start = trace_start(search.report);
  const auto next = search.report.find_mark(opens_trace, start + 1);
  for (const auto& frame : search.frames) {
    if (frame.line < start) {
      continue;
    }
    if (frame.line > others) {
      break;
    }
    if (frame.kind != FrameKind::trace || !frame.trusted) {
      continue;
    }
    if (frame.line < next && is_common_wait(frame.name)) {
      return frame.name;
    }
    const bool waits = is_waiter(frame.name) || search.skipped(frame.name);
    first = first.empty() && !waits ? frame.name : first;
  }
  return first;
}

static std::string_view owner_frame(const Search& search)
{
  const auto line =
      search.report.find("page last allocated via", search.report.head());
  const auto other =
      search.report.find("page_owner tracks the page as", search.report.head());
  const auto found = trace_frame(search, std::min(line, other));
  return found.empty() ? trace_frame(search, trace_start(search.report))
                       : found;
}

std::string_view blamed_function(const ReportText& report,
                                 const std::vector<StackFrame>& frames,
                                 FramePolicy policy,
                                 std::string_view named,
                                 const NameTable& skip)
{
  const Search search{report, frames, skip};
  switch (policy) {
  case FramePolicy::none:
    return {};
  case FramePolicy::named: {
    const auto name = bare_name(named);
    return name.empty() || search.skipped(name) ? fault_frame(search) : name;
  }
  case FramePolicy::fault:
    return fault_frame(search);
  case FramePolicy::trace: {
    const auto name = bare_name(named);
    return name.empty() || search.skipped(name)
               ? trace_frame(search, trace_start(report))
               : name;
  }
  case FramePolicy::lock: {
    const auto name = bare_name(named);
    return name.empty() || search.skipped(name) ? lock_frame(search) : name;
  }
  case FramePolicy::stall:
    return stall_frame(search);
  case FramePolicy::hung:
    return hung_frame(search);
  case FramePolicy::became:
    return became_frame(search);
  case FramePolicy::owner:
    return owner_frame(search);
  }
  return {};
}

std::vector<std::string> function_names(std::string_view function)
{
  static constexpr std::array<std::string_view, 13> prefixes{"compat_SyS_",
                                                             "compat_SYSC_",
                                                             "compat_sys_",
                                                             "__do_sys_",
                                                             "__se_sys_",
                                                             "SYSC_",
                                                             "SyS_",
                                                             "ksys_",
                                                             "sys_",
                                                             "__x64_",
                                                             "__ia32_",
                                                             "__arm64_",
                                                             "__se_"};
  static constexpr std::array<std::array<std::string_view, 2>, 8> families{{
      {"synchronize_sched", "synchronize_rcu"},
      {"synchronize_rcu_bh", "synchronize_rcu"},
      {"synchronize_rcu_expedited", "synchronize_rcu"},
      {"__synchronize_srcu", "synchronize_rcu"},
      {"synchronize_srcu", "synchronize_rcu"},
      {"smp_call_function_single", "smp_call_function"},
      {"smp_call_function_many", "smp_call_function"},
      {"smp_call_function_many_cond", "smp_call_function"},
  }};
  std::vector<std::string> names{std::string(function)};
  for (const auto prefix : prefixes) {
    if (starts_with(function, prefix) && function.size() > prefix.size()) {
      names.emplace_back(function.substr(prefix.size()));
    }
  }
  for (const auto& family : families) {
    if (function == family[0]) {
      names.emplace_back(family[1]);
    }
  }
  std::stable_sort(names.begin(),
                   names.end(),
                   [](const std::string& a, const std::string& b) {
                     return a.size() < b.size();
                   });
  return names;
}

} // namespace oopsfarm
